{ outputs = _: { w = "beside"; }; }
