{
  inputs.leaf.url = "path:/flakes/leaf";
  inputs.leaf.inputs.gone.follows = "leaf";
  outputs = { self, leaf }: { x = leaf.x; };
}
