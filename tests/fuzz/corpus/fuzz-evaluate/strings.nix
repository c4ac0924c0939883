let x = "v"; in [ "a${x}b" ''
  a
    ${x}
  ''${b}
'' ("${x}" + x) "\n\t\${" ]
