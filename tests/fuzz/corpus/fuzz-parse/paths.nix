[ ./a (./a + "/b") (/a + /b) ./${"x"}/y "${toString ./.}" (import ./.) (builtins.readFile ./file) ]
