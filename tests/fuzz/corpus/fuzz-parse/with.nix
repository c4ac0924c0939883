with { x = 1; y = { z = 2; }; }; with y; (n: x + z + n) 3
