; Names of captures are Neovim's, which Helix and Emacs packages map with little effort.
; Later patterns win over earlier ones, as in Neovim: general ones come first.

; ---------------------------------------------------------------- variables

(identifier) @variable

(apply_expression
  function: (identifier) @function.call)

(binary_expression
  left: (identifier) @function.call
  operator: "<|")

(binary_expression
  operator: "|>"
  right: (identifier) @function.call)

((identifier) @variable.builtin
  (#any-of? @variable.builtin "builtins" "__curPos" "__currentSystem" "__currentTime" "__nixPath"
    "__nixVersion" "__storeDir" "__langVersion"))

((identifier) @function.builtin
  (#any-of? @function.builtin "abort" "baseNameOf" "break" "derivation" "derivationStrict" "dirOf"
    "fetchGit" "fetchMercurial" "fetchTarball" "fetchTree" "fromTOML" "import" "isNull" "map"
    "placeholder" "removeAttrs" "scopedImport" "throw" "toString"))

(apply_expression
  function: (identifier) @keyword.import
  (#any-of? @keyword.import "import" "scopedImport"))

((identifier) @constant.builtin
  (#eq? @constant.builtin "null"))

((identifier) @boolean
  (#any-of? @boolean "true" "false"))

; ---------------------------------------------------------------- attributes and parameters
; They follow the builtins, since a name that is defined or selected here is none.

(attrpath
  attr: (identifier) @variable.member)

(apply_expression
  function: (select_expression
    attrpath: (attrpath
      attr: (identifier) @function.call .)))

((select_expression
  expression: (identifier) @variable.builtin
  attrpath: (attrpath
    .
    attr: (identifier) @function.builtin .))
  (#eq? @variable.builtin "builtins"))

(binding
  attrpath: (attrpath
    attr: (identifier) @property))

(binding
  attrpath: (attrpath
    attr: (identifier) @function .)
  value: (function_expression))

(inherit
  attr: (identifier) @variable)

(inherit_from
  attr: (identifier) @variable.member)

(formal
  name: (identifier) @variable.parameter)

(function_expression
  parameter: (identifier) @variable.parameter)

; ---------------------------------------------------------------- literals

(integer) @number

(float) @number.float

(string) @string

(indented_string) @string

(string_fragment) @string

(escape_sequence) @string.escape

[
  (path)
  (home_path)
  (search_path)
  (path_fragment)
] @string.special.path

(uri) @string.special.url

(binding
  attrpath: (attrpath
    attr: (string
      (string_fragment) @property)))

; ---------------------------------------------------------------- keywords

[
  "let"
  "in"
  "rec"
  "with"
  "inherit"
] @keyword

"assert" @keyword.exception

[
  "if"
  "then"
  "else"
] @keyword.conditional

(select_expression
  "or" @keyword.operator)

; ---------------------------------------------------------------- operators and punctuation

[
  "=="
  "!="
  "<"
  "<="
  ">"
  ">="
  "&&"
  "||"
  "->"
  "//"
  "+"
  "-"
  "*"
  "/"
  "++"
  "!"
  "?"
  "|>"
  "<|"
  "="
  "@"
] @operator

(ellipsis) @punctuation.special

[
  ";"
  "."
  ","
  ":"
] @punctuation.delimiter

[
  "("
  ")"
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

(interpolation
  [
    "${"
    "}"
  ] @punctuation.special)

; ---------------------------------------------------------------- comments

(comment) @comment @spell

(doc_comment) @comment.documentation @spell

; ---------------------------------------------------------------- errors

[
  (missing_attribute)
  (unterminated_comment)
] @error

(chained_comparison
  operator: _ @error)
