; Neovim's captures. Two spaces a level, as nixfmt has it.

[
  (attrset)
  (rec_attrset)
  (let_attrset)
  (list)
  (parenthesized_expression)
  (formals)
  (let_expression)
  (if_expression)
  (binding)
  (inherit)
  (inherit_from)
  (indented_string)
  (interpolation)
] @indent.begin

[
  "}"
  "]"
  ")"
] @indent.branch @indent.end

[
  "in"
  "then"
  "else"
] @indent.branch

; The body of `let` stands below `let`, not below its bindings.
(let_expression
  body: (_) @indent.branch @indent.dedent)

(indented_string
  "''" @indent.branch .)

[
  (comment)
  (doc_comment)
  (string_fragment)
] @indent.ignore

(ERROR) @indent.auto
