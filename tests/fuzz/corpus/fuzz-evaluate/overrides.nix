rec { __overrides = { a = b + 1; }; a = 1; b = 2; c = a; }
