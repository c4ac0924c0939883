with builtins; [ (sort lessThan [ 3 1 2 ]) (concatLists [ [ 1 ] [ 2 ] ]) (filter (x: x > 1) [ 1 2 ]) (elem 2 [ 1 2 ]) (genList (x: x * x) 4) (partition (x: x > 1) [ 1 2 3 ]) ]
