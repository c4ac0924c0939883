{
  description = "No inputs.";
  outputs = { self }: {
    x = 1;
    here = self.outPath;
  };
}
