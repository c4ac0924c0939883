[ http://a.b/c x:y <a/b> ~/c ./. /a 1.5e3 .5 1. ]
