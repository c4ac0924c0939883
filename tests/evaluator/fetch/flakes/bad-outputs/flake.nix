{ outputs = import ./outputs.nix; }
