"""Evaluations that end in hours, each busy in its own way, in memory that a collection frees."""

SLOW = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (i: i) 1000)"

ENDLESS = {
    'closure': 'builtins.genericClosure { startSet = [ { key = 0; } ]; '
               f'operator = x: [ {{ key = builtins.seq ({SLOW}) (x.key + 1); }} ]; }}',
    'fold': f"builtins.foldl' (a: b: a + {SLOW}) 0 (builtins.genList (i: i) 5000000)",
    'sort': f'builtins.length (builtins.sort (a: b: {SLOW} > 0 && a < b) '
            '(builtins.genList (i: 0 - i) 1000000))',
    'strings': "builtins.foldl' (s: i: builtins.substring 0 1000 "
               '(s + builtins.concatStringsSep "" '
               '(builtins.genList toString 1000))) "" (builtins.genList (i: i) 5000000)',
    'fibonacci': 'let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 70',
    'list': 'builtins.length (builtins.concatMap (i: builtins.genList (j: j) (builtins.bitAnd '
            f'({SLOW}) 0)) (builtins.genList (i: i) 5000000))',
    'JSON': "builtins.foldl' (a: i: builtins.stringLength "
            '(builtins.toJSON (builtins.genList (j: { a = j; }) 1000))) 0 '
            '(builtins.genList (i: i) 5000000)',
    'regular expressions': "builtins.foldl' (a: i: builtins.length "
                           '(builtins.split "(x+x+)+y" "xxxxxxxxxxxxxxxxxxxx")) 0 '
                           '(builtins.genList (i: i) 50000000)',
}
