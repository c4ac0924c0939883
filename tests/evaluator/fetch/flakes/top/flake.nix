{
  description = "Follows, and a flake inside the same tree.";
  inputs = {
    leaf.url = "path:/flakes/leaf";
    middle.url = "path:/flakes/middle";
    middle.inputs.leaf.follows = "leaf";
    inside.url = "path:./inside";
  };
  outputs = { self, leaf, middle, inside, ... }@inputs: {
    sum = leaf.x + middle.y;
    inherit (middle) text;
    inside = inside.z;
    same = leaf.outPath == middle.leaf.outPath;
    names = builtins.attrNames inputs;
    lazy = throw "forced";
  };
}
