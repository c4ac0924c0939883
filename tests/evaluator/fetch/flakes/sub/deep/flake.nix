{ outputs = { self }: { v = builtins.readFile ../shared; }; }
