let f = { a, b ? a + 1, ... }@args: [ a b (args.c or 0) ]; in f { a = 1; c = 3; }
