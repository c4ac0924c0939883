{
  output = _: { };
  outputs = _: { };
}
