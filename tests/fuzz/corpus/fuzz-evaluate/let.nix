let a = { b = c; }; c = 1; inherit (a) b; in rec { x = b; inherit c; y = x + c; }
