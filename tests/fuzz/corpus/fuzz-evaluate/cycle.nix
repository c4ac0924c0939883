let x = { y = x; l = [ x 1 ]; f = z: x; }; in x
