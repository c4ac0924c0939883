let s = { n = 2; __functor = self: x: self.n * x; }; in map s [ 1 2 3 ]
