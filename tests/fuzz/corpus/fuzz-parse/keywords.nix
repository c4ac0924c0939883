{ if = 1; or = or; inherit inherit; rec.let = in; }
