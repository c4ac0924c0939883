1 |> f <| g -> h // i ++ j ? k.l or m
