let s = { a.b.c = 1; }; in [ (s.a.b.c) (s.x or 2) (s.a.x.y or 3) (s ? a.b) (s ? a.${"q"}) s.${"a"} ]
