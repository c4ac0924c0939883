let { x = 1; body = { inherit x; y = x; }; }
