let f = a: b: c: d: [ a b c d ]; p = f 1 2; in [ (p 3 4) (map (p 5) [ 6 ]) ]
