{
  inputs.a.url = "path:/flakes/does-not-exist";
  outputs = { self, a }: { x = a.x; };
}
