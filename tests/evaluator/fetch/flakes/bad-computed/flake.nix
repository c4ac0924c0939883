{
  inputs.a.url = "path:" + "/flakes/leaf";
  outputs = _: { };
}
