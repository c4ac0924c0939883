; A reference is a variable; names of attributes are none.

; ---------------------------------------------------------------- scopes

[
  (source_file)
  (function_expression)
  (let_expression)
  (rec_attrset)
  (let_attrset)
] @local.scope

; ---------------------------------------------------------------- definitions

(function_expression
  parameter: (identifier) @local.definition.parameter)

(formal
  name: (identifier) @local.definition.parameter)

(let_expression
  binding: (binding
    attrpath: (attrpath
      .
      attr: (identifier) @local.definition.var)))

(rec_attrset
  binding: (binding
    attrpath: (attrpath
      .
      attr: (identifier) @local.definition.var)))

(let_attrset
  binding: (binding
    attrpath: (attrpath
      .
      attr: (identifier) @local.definition.var)))

(let_expression
  binding: [
    (inherit
      attr: (identifier) @local.definition.var)
    (inherit_from
      attr: (identifier) @local.definition.var)
  ])

(rec_attrset
  binding: [
    (inherit
      attr: (identifier) @local.definition.var)
    (inherit_from
      attr: (identifier) @local.definition.var)
  ])

(let_attrset
  binding: [
    (inherit
      attr: (identifier) @local.definition.var)
    (inherit_from
      attr: (identifier) @local.definition.var)
  ])

; ---------------------------------------------------------------- references
; Every place of the grammar where an expression stands.

(source_file
  expression: (identifier) @local.reference)

(function_expression
  body: (identifier) @local.reference)

(formal
  default: (identifier) @local.reference)

(assert_expression
  [
    condition: (identifier)
    body: (identifier)
  ] @local.reference)

(with_expression
  [
    environment: (identifier)
    body: (identifier)
  ] @local.reference)

(let_expression
  body: (identifier) @local.reference)

(if_expression
  [
    condition: (identifier)
    consequence: (identifier)
    alternative: (identifier)
  ] @local.reference)

(unary_expression
  operand: (identifier) @local.reference)

(binary_expression
  [
    left: (identifier)
    right: (identifier)
  ] @local.reference)

(has_attr_expression
  expression: (identifier) @local.reference)

(apply_expression
  [
    function: (identifier)
    argument: (identifier)
  ] @local.reference)

(legacy_or_application
  [
    function: (identifier)
    argument: (identifier)
  ] @local.reference)

(select_expression
  [
    expression: (identifier)
    default: (identifier)
  ] @local.reference)

(parenthesized_expression
  expression: (identifier) @local.reference)

(list
  element: (identifier) @local.reference)

(binding
  value: (identifier) @local.reference)

(inherit
  attr: (identifier) @local.reference)

(inherit_from
  expression: (identifier) @local.reference)

(interpolation
  expression: (identifier) @local.reference)
