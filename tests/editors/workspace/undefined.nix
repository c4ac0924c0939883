let
  name = "nilas";
in
"hello ${nmae}, or ${name}"
