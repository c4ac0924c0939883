{
  inputs.beside.url = "path:../beside";
  outputs = { self, beside }: { z = "inside, " + beside.w; };
}
