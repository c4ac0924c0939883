[ "${{ outPath = "a"; }}" (toString [ 1 [ true null ] { __toString = s: "t"; } ]) ({ outPath = "x"; } + "y") ]
