let x = foo.; y = 1; in x
