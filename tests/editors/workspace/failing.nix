let
  settings = { port = 8080; };
in
{
  url = "http://localhost:${toString settings.prot}";
}
