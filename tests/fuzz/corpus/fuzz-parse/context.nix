builtins.addErrorContext "ctx" (builtins.seq 1 (builtins.deepSeq [ { a = 1; } ] (builtins.trace "t" 2)))
