{
  inputs.a.uri = "path:/flakes/leaf";
  outputs = _: { };
}
