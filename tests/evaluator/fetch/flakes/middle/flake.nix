{
  inputs.leaf.url = "path:/flakes/leaf";
  inputs.data = {
    url = "path:/flakes/data";
    flake = false;
  };
  outputs = { self, leaf, data }: {
    y = leaf.x + 1;
    text = builtins.readFile (data + "/text");
    inherit leaf;
  };
}
