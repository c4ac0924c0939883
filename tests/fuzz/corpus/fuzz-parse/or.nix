[ or (x.y or or) (f or) ]
