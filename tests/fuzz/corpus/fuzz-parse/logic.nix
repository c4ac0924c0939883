[ (true && !false || false) (false -> true) (if 1 == 1 then "y" else throw "n") (assert true; 1) ]
