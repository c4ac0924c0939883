{
  inputs.a.follows = "b";
  inputs.b.follows = "a";
  outputs = _: { };
}
