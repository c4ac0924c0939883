{
  description = 1;
  outputs = _: { };
}
