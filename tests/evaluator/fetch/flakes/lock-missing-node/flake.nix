{ inputs.a.url = "path:/flakes/leaf"; outputs = { self, a }: { inherit (a) x; }; }
