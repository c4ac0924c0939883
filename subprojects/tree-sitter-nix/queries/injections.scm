((comment) @injection.content
  (#set! injection.language "comment"))

((doc_comment) @injection.content
  (#set! injection.language "markdown")
  (#offset! @injection.content 0 3 0 -2))

; `/* lang */ ''...''` and `# lang` on the line before: the comment names the language.
((comment) @injection.language
  .
  [
    (indented_string
      (string_fragment) @injection.content)
    (string
      (string_fragment) @injection.content)
  ]
  (#lua-match? @injection.language "^/%*%s*[%w-]+%s*%*/$")
  (#gsub! @injection.language "^/%*%s*([%w-]+)%s*%*/$" "%1")
  (#set! injection.combined))

((comment) @injection.language
  .
  (indented_string
    (string_fragment) @injection.content)
  (#lua-match? @injection.language "^#%s*[%w-]+$")
  (#gsub! @injection.language "^#%s*([%w-]+)$" "%1")
  (#set! injection.combined))

; Phases and hooks of derivations, scripts of modules, commands of runCommand and its kin.
((binding
  attrpath: (attrpath
    attr: (identifier) @_name .)
  value: (indented_string
    (string_fragment) @injection.content))
  (#match? @_name "(Phase|Hook|Command|Script)$|^(pre|post)([A-Z]|$)|^(script|installCheck)$")
  (#set! injection.language "bash")
  (#set! injection.combined))

((apply_expression
  function: (apply_expression
    function: (apply_expression
      function: [
        (identifier) @_function
        (select_expression
          attrpath: (attrpath
            attr: (identifier) @_function .))
      ]))
  argument: (indented_string
    (string_fragment) @injection.content))
  (#match? @_function "^runCommand(CC|Local|NoCC)?$")
  (#set! injection.language "bash")
  (#set! injection.combined))

((apply_expression
  function: (apply_expression
    function: [
      (identifier) @_function
      (select_expression
        attrpath: (attrpath
          attr: (identifier) @_function .))
    ])
  argument: (indented_string
    (string_fragment) @injection.content))
  (#any-of? @_function "writeShellScript" "writeShellScriptBin" "writeBash" "writeBashBin")
  (#set! injection.language "bash")
  (#set! injection.combined))

((apply_expression
  function: (apply_expression
    function: [
      (identifier) @_function
      (select_expression
        attrpath: (attrpath
          attr: (identifier) @_function .))
    ])
  argument: (indented_string
    (string_fragment) @injection.content))
  (#any-of? @_function "writePython3" "writePython3Bin" "writePyPy3" "writePyPy3Bin")
  (#set! injection.language "python")
  (#set! injection.combined))

; Regular expressions of builtins.match and builtins.split.
((apply_expression
  function: [
    (identifier) @_function
    (select_expression
      attrpath: (attrpath
        attr: (identifier) @_function .))
  ]
  argument: [
    (string
      (string_fragment) @injection.content)
    (indented_string
      (string_fragment) @injection.content)
  ])
  (#any-of? @_function "match" "split")
  (#set! injection.language "regex"))
