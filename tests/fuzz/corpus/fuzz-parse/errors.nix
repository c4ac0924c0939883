map (f: (builtins.tryEval (f 1)).success) [ (x: throw "a") (x: assert x == 2; x) (x: x) (x: <nope>) ]
