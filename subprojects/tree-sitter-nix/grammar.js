/**
 * @file Nix expression language grammar for tree-sitter.
 *
 * Division of labour
 *   src/scanner.c   every token whose extent needs lookahead or a mode: words, numbers, paths,
 *                   URLs, comments, the insides of strings, and the virtual tokens described below.
 *   this file       punctuation, operators, and the shape of the tree.
 *
 * Precedence is Nix's, and so is what follows from it for prefix operators, which bind looser than
 * some infix ones: `a * !b + c` is `a * !(b + c)`. One ambiguous rule (_operation) with numbered
 * precedences says exactly that. A rule for each level would cost a reduction, hence a node in
 * memory, for each level and operand: half of all reductions. Hidden rules that only regroup are
 * inlined for the same reason.
 *
 * Virtual tokens: zero-width tokens, named missing_*, which the scanner emits where something is
 * certainly missing, that is, when the next token can follow in no valid program. They keep a
 * half-typed binding from swallowing the rest of the file.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = {
  implication: 1,
  or: 2,
  and: 3,
  equality: 4,
  relation: 5,
  update: 6,
  not: 7,
  sum: 8,
  product: 9,
  concat: 10,
  has: 11,
  negate: 12,
};

const binary = (left, operator, right) =>
  seq(field("left", left), field("operator", operator), field("right", right));

module.exports = grammar({
  name: "nix",

  // No `word`: the scanner tells keywords from names, and tree-sitter would reuse a name after an
  // edit only in exactly the parse state that it was read in, hence no binding of a set.

  extras: ($) => [/[ \t\r\n]+/, $.comment, $.doc_comment, $.unterminated_comment],

  inline: ($) => [
    $._call,
    $._attr,
    $._selected_attr,
    $._key_attr,
    $._binding,
    $._bindings_end,
    $._close_paren,
    $._interpolation_end,
    $._path_parts,
  ],

  // The order is that of `enum Token` in src/scanner.c.
  externals: ($) => [
    $.identifier,
    "if",
    "then",
    "else",
    "assert",
    "with",
    "let",
    "in",
    "rec",
    "inherit",
    "or",
    $.integer,
    $.float,
    $.uri,
    $.search_path,
    $.path,
    $._path_start,
    $._path_bad,
    $.home_path,
    $._home_path_start,
    $._home_path_bad,
    $._path_fragment,
    $._path_fragment_bad,
    $.trailing_slash,
    $.string_fragment,
    $._string_continues,
    $._string_rest,
    $._string_escape,
    $._missing_quote,
    $._indented_fragment,
    $._indented_continues,
    $._indented_rest,
    $._indented_escape,
    $._missing_indented_quote,
    $.comment,
    $.doc_comment,
    $.unterminated_comment,
    $.missing_expression,
    $.missing_semicolon,
    $._missing_selected,
    $._missing_key,
    $.missing_assignment,
    $._missing_paren,
    $._missing_bracket,
    $._missing_brace,
    $._missing_interpolation_end,
    $._missing_then,
    $._missing_else,
    $._missing_in,
    $._reserved_word,
    $.missing_colon,
    $.missing_comma,
    $._missing_formals_end,
    $._missing_set,
    $._missing_equals,
    $._missing_name,
    $._may_be_formal, // never emitted: valid only right after a name that is or may become a formal
    $._error_sentinel, // never emitted: valid only during error recovery
  ],

  rules: {
    source_file: ($) => field("expression", $._expression),

    _expression: ($) =>
      choice(
        $.function_expression,
        $._keyword_expression,
        alias($._pipe_from, $.binary_expression),
        alias($._pipe_into, $.binary_expression),
        $._operation,
      ),

    // ---------------------------------------------------------------- functions and keywords

    function_expression: ($) =>
      choice(
        seq(field("parameter", $.identifier), ":", field("body", $._expression)),
        seq(
          field("formals", choice($.formals, alias($._empty_formals, $.formals))),
          ":",
          field("body", $._expression),
        ),
        seq(
          field("formals", choice($.formals, alias($._empty_formals, $.formals))),
          "@",
          field("parameter", $.identifier),
          choice(":", $.missing_colon),
          field("body", $._expression),
        ),
        seq(
          field("parameter", $.identifier),
          "@",
          field("formals", choice($.formals, alias($._empty_formals, $.formals))),
          choice(":", $.missing_colon),
          field("body", $._expression),
        ),
        seq(field("formals", $.formals), $.missing_colon, field("body", $._expression)),
      ),

    formals: ($) =>
      seq(
        "{",
        choice(
          field("ellipsis", $.ellipsis),
          seq(
            field("formal", $.formal),
            repeat(seq(choice(",", $.missing_comma), field("formal", $.formal))),
            optional(seq(",", optional(field("ellipsis", $.ellipsis)))),
          ),
        ),
        choice("}", alias($._missing_formals_end, $.missing_delimiter)),
      ),

    // Apart, since `{ }` alone is a set: only its `:` or `@` makes it a pattern.
    _empty_formals: (_) => seq("{", "}"),

    formal: ($) =>
      seq(
        field("name", $.identifier),
        optional(choice(seq("?", field("default", $._expression)), $._may_be_formal)),
      ),

    ellipsis: (_) => "...",

    _keyword_expression: ($) =>
      choice($.assert_expression, $.with_expression, $.let_expression, $.if_expression),

    assert_expression: ($) =>
      seq(
        "assert",
        field("condition", $._expression),
        choice(";", $.missing_semicolon),
        field("body", $._expression),
      ),

    with_expression: ($) =>
      seq(
        "with",
        field("environment", $._expression),
        choice(";", $.missing_semicolon),
        field("body", $._expression),
      ),

    let_expression: ($) =>
      seq(
        "let",
        repeat($._binding),
        choice("in", alias($._missing_in, $.missing_keyword)),
        field("body", $._expression),
      ),

    if_expression: ($) =>
      seq(
        "if",
        field("condition", $._expression),
        choice("then", alias($._missing_then, $.missing_keyword)),
        field("consequence", $._expression),
        choice("else", alias($._missing_else, $.missing_keyword)),
        field("alternative", $._expression),
      ),

    // ---------------------------------------------------------------- operators

    _pipe_from: ($) =>
      binary($._operation, "<|", choice(alias($._pipe_from, $.binary_expression), $._operation)),

    _pipe_into: ($) =>
      binary(choice(alias($._pipe_into, $.binary_expression), $._operation), "|>", $._operation),

    _operation: ($) =>
      choice(
        $._unary_operation,
        alias($._binary, $.binary_expression),
        alias($._equality, $.binary_expression),
        alias($._chained_equality, $.chained_comparison),
        alias($._relation, $.binary_expression),
        alias($._chained_relation, $.chained_comparison),
        $._call,
        $.missing_expression,
      ),

    _unary_operation: ($) => choice($.unary_expression, $.has_attr_expression),

    unary_expression: ($) =>
      choice(
        prec(PREC.not, seq(field("operator", "!"), field("operand", $._operation))),
        prec(PREC.negate, seq(field("operator", "-"), field("operand", $._operation))),
      ),

    _binary: ($) =>
      choice(
        prec.right(PREC.implication, binary($._operation, "->", $._operation)),
        prec.left(PREC.or, binary($._operation, "||", $._operation)),
        prec.left(PREC.and, binary($._operation, "&&", $._operation)),
        prec.right(PREC.update, binary($._operation, "//", $._operation)),
        prec.left(PREC.sum, binary($._operation, choice("+", "-"), $._operation)),
        prec.left(PREC.product, binary($._operation, choice("*", "/"), $._operation)),
        prec.right(PREC.concat, binary($._operation, "++", $._operation)),
      ),

    // Comparisons do not associate. Here they do, to the left, but a comparison whose left side is
    // one of its own level is a node that says so.
    _equality: ($) =>
      prec.left(PREC.equality, binary($._operation, choice("==", "!="), $._operation)),
    _chained_equality: ($) =>
      prec.left(
        PREC.equality,
        binary(
          choice(
            alias($._equality, $.binary_expression),
            alias($._chained_equality, $.chained_comparison),
          ),
          choice("==", "!="),
          $._operation,
        ),
      ),

    _relation: ($) =>
      prec.left(PREC.relation, binary($._operation, choice("<", "<=", ">", ">="), $._operation)),
    _chained_relation: ($) =>
      prec.left(
        PREC.relation,
        binary(
          choice(
            alias($._relation, $.binary_expression),
            alias($._chained_relation, $.chained_comparison),
          ),
          choice("<", "<=", ">", ">="),
          $._operation,
        ),
      ),

    has_attr_expression: ($) =>
      prec.left(
        PREC.has,
        seq(
          field("expression", $._operation),
          field("operator", "?"),
          field("attrpath", alias($._selected, $.attrpath)),
        ),
      ),

    // ---------------------------------------------------------------- calls and selections

    _call: ($) => choice($.apply_expression, $._selection),
    apply_expression: ($) => seq(field("function", $._call), field("argument", $._selection)),

    _selection: ($) => choice($.select_expression, $.legacy_or_application, $._simple),

    select_expression: ($) =>
      seq(
        field("expression", $._simple),
        ".",
        field("attrpath", alias($._selected, $.attrpath)),
        optional(seq("or", field("default", choice($._selection, $.missing_expression)))),
      ),

    // `map or [ ]`: before `or` became a keyword, a function of that name existed.
    legacy_or_application: ($) =>
      seq(field("function", $._simple), field("argument", alias("or", $.identifier))),

    // The path of a selection and the path of a binding differ only in what a dangling dot means:
    // in `x.⏎ y = 1` the attribute is missing, in `{ x.⏎ y = 1; }` it is y.
    _selected: ($) =>
      seq(
        field("attr", $._selected_attr),
        repeat(seq(".", field("attr", $._selected_attr))),
      ),

    _selected_attr: ($) =>
      choice(
        $._attr,
        alias($._reserved_word, $.missing_attribute),
        alias($._missing_selected, $.missing_attribute),
      ),

    attrpath: ($) =>
      seq(
        field("attr", choice($._attr, alias($._missing_name, $.missing_attribute))),
        repeat(seq(".", field("attr", $._key_attr))),
      ),

    _key_attr: ($) =>
      choice(
        $._attr,
        alias($._reserved_word, $.missing_attribute),
        alias($._missing_key, $.missing_attribute),
      ),

    // The scanner takes names too; this pattern serves where its lookahead has passed the name's
    // end.
    identifier: (_) => /[a-zA-Z_][a-zA-Z0-9_'-]*/,

    _attr: ($) => choice($.identifier, alias("or", $.identifier), $.string, $.interpolation),

    // ---------------------------------------------------------------- simple expressions

    // Grouped not only for the reader: with more than 64 symbols, the states where an expression
    // starts get rows of their own in the parse table, which are read faster than lists are
    // searched.
    _simple: ($) =>
      choice(
        $.identifier,
        $._number,
        $._text,
        $.path,
        alias($._composed_path, $.path),
        $.home_path,
        alias($._composed_home_path, $.home_path),
        $._address,
        $._enclosed,
        $._set,
      ),

    _number: ($) => choice($.integer, $.float),
    _text: ($) => choice($.string, $.indented_string),
    _address: ($) => choice($.search_path, $.uri),
    _enclosed: ($) => choice($.parenthesized_expression, $.list),
    _set: ($) => choice($.attrset, $.rec_attrset, $.let_attrset),

    parenthesized_expression: ($) => seq("(", field("expression", $._expression), $._close_paren),

    _close_paren: ($) => choice(")", alias($._missing_paren, $.missing_delimiter)),

    list: ($) =>
      seq(
        "[",
        repeat(field("element", $._selection)),
        choice("]", alias($._missing_bracket, $.missing_delimiter)),
      ),

    attrset: ($) => seq("{", $._bindings_end),
    rec_attrset: ($) =>
      seq("rec", choice(seq("{", $._bindings_end), alias($._missing_set, $.missing_delimiter))),
    let_attrset: ($) => seq("let", "{", $._bindings_end),

    _bindings_end: ($) =>
      seq(repeat($._binding), choice("}", alias($._missing_brace, $.missing_delimiter))),

    _binding: ($) => field("binding", choice($.binding, $.inherit, $.inherit_from)),

    // Two tokens for one that is missing: before a value, and where there is none.
    binding: ($) =>
      seq(
        field("attrpath", $.attrpath),
        choice(
          seq(
            choice("=", alias($._missing_equals, $.missing_assignment)),
            field("value", $._expression),
            choice(";", $.missing_semicolon),
          ),
          seq($.missing_assignment, optional(";")),
        ),
      ),

    inherit: ($) =>
      seq("inherit", repeat(field("attr", $._attr)), choice(";", $.missing_semicolon)),

    inherit_from: ($) =>
      seq(
        "inherit",
        "(",
        field("expression", $._expression),
        $._close_paren,
        repeat(field("attr", $._attr)),
        choice(";", $.missing_semicolon),
      ),

    // ---------------------------------------------------------------- strings and paths

    // The first line of a string is apart, for at its end the scanner decides whether the string
    // goes on (src/scanner/strings.h).
    string: ($) =>
      seq(
        '"',
        repeat(
          choice($.string_fragment, alias($._string_escape, $.escape_sequence), $.interpolation),
        ),
        optional(
          seq(
            $._string_continues,
            repeat(
              choice(
                alias($._string_rest, $.string_fragment),
                alias($._string_escape, $.escape_sequence),
                $.interpolation,
              ),
            ),
          ),
        ),
        choice('"', alias($._missing_quote, $.missing_quote)),
      ),

    indented_string: ($) =>
      seq(
        "''",
        repeat(
          choice(
            alias($._indented_fragment, $.string_fragment),
            alias($._indented_escape, $.escape_sequence),
            $.interpolation,
          ),
        ),
        optional(
          seq(
            $._indented_continues,
            repeat(
              choice(
                alias($._indented_rest, $.string_fragment),
                alias($._indented_escape, $.escape_sequence),
                $.interpolation,
              ),
            ),
          ),
        ),
        choice("''", alias($._missing_indented_quote, $.missing_quote)),
      ),

    _composed_path: ($) =>
      choice(
        seq($._path_bad, $.trailing_slash),
        seq(alias($._path_start, $.path_fragment), $._path_parts),
      ),

    _composed_home_path: ($) =>
      choice(
        seq($._home_path_bad, $.trailing_slash),
        seq(alias($._home_path_start, $.path_fragment), $._path_parts),
      ),

    _path_parts: ($) =>
      seq(
        repeat1(
          choice(
            alias($._path_fragment, $.path_fragment),
            alias($._path_interpolation, $.interpolation),
          ),
        ),
        optional(seq(alias($._path_fragment_bad, $.path_fragment), $.trailing_slash)),
      ),

    interpolation: ($) => seq("${", $._interpolation_end),
    _path_interpolation: ($) => seq(alias(token.immediate("${"), "${"), $._interpolation_end),
    _interpolation_end: ($) =>
      seq(
        field("expression", $._expression),
        choice("}", alias($._missing_interpolation_end, $.missing_delimiter)),
      ),
  },
});
