{
  inputs.a.follows = "nowhere";
  outputs = _: { };
}
