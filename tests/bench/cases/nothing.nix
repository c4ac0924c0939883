# What starting costs.
1
