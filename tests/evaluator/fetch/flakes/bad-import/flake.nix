{
  inputs.a.url = "path:/flakes/leaf";
  outputs = { self, a, }: throw "outputs failed";
}
