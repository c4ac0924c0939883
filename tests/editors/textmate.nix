# Checked by textmate_test.js: each comment with carets names the scope of what stands above them.
/**
  Doubles a number.
# ^^^^^^^ comment.block.documentation.nix
*/
{ lib, stdenv ? null, ... }@args:
# ^^^ variable.parameter.nix
#    ^ punctuation.separator.formals.nix
#      ^^^^^^ variable.parameter.nix
#             ^ keyword.operator.default.nix
#               ^^^^ constant.language.nix
#                     ^^^ keyword.operator.ellipsis.nix
#                           ^^^^ variable.parameter.nix
let
# <- keyword.other.nix
  int = 42; float = 1.5e3; path = ./a/b.nix; search = <nixpkgs/lib>; home = ~/x;
# ^^^ entity.name.attribute.nix
#       ^^ constant.numeric.integer.nix
#                   ^^^^^ constant.numeric.float.nix
#                                 ^^^^^^^^^ string.unquoted.path.nix
#                                                     ^^^^^^^^^^^^^ string.unquoted.spath.nix
#                                                                           ^^^ string.unquoted.path.nix
  interpolated = ./pkgs/${int}/default.nix;
#                ^^^^^^^ string.unquoted.path.nix
#                       ^^ punctuation.section.interpolation.begin.nix
#                         ^^^ variable.other.nix
#                             ^^^^^^^^^^^^ string.unquoted.path.nix
  url = https://example.org/a?b=c;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ string.unquoted.uri.nix
  quotient = int / 2;
#                ^ keyword.operator.arithmetic.nix
  text = "a ${toString int} \n \${no} $${no}";
#        ^ punctuation.definition.string.begin.nix
#           ^^ punctuation.section.interpolation.begin.nix
#             ^^^^^^^^ support.function.builtin.nix
#                           ^^ constant.character.escape.nix
#                              ^^ constant.character.escape.nix
#                                     ^^^^^^ !meta.interpolation.nix
  indented = ''
    plain ''${no} ''' ''\n ${int} it's
#   ^^^^^ string.quoted.other.indented.nix
#         ^^^ constant.character.escape.nix
#                 ^^^ constant.character.escape.nix
#                     ^^^^ constant.character.escape.nix
#                            ^^^ variable.other.nix
#                                 ^^^^ string.quoted.other.indented.nix
  '';
  f = x: y: x + y;
#     ^ variable.parameter.nix
#      ^ keyword.operator.function.nix
#        ^ variable.parameter.nix
#           ^ variable.other.nix
  g = { a, b }: a;
#       ^ variable.parameter.nix
#          ^ variable.parameter.nix
  inherit (lib) mkIf mkMerge;
# ^^^^^^^ keyword.other.inherit.nix
#          ^^^ variable.other.nix
#               ^^^^ variable.other.member.nix
  a.b."c d".e = rec { };
# ^ variable.other.member.nix
#     ^^^^^ string.quoted.double.nix
#           ^ entity.name.attribute.nix
#               ^^^ keyword.other.nix
  fold = lib.lists.foldl' (p: q: p) 0 [ ];
#        ^^^ variable.other.nix
#            ^^^^^ variable.other.member.nix
#                  ^^^^^^ variable.other.member.nix
  in-name = letter;
# ^^^^^^^ entity.name.attribute.nix
#           ^^^^^^ variable.other.nix
  orElse = args.stdenv or (throw "none");
#                      ^^ keyword.operator.or.nix
#                          ^^^^^ keyword.control.throw.nix
  builtin = builtins.map f (map g [ ]);
#           ^^^^^^^^ support.module.builtins.nix
#                    ^^^ support.function.builtin.nix
#                           ^^^ support.function.builtin.nix
  pipe = [ 1 ] |> map (n: n) // { };
#              ^^ keyword.operator.pipe.nix
#                            ^^ keyword.operator.update.nix
  has = args ? stdenv && a.b -> true != false;
#            ^ keyword.operator.has.nix
#                     ^^ keyword.operator.logical.nix
#                            ^^ keyword.operator.logical.nix
#                               ^^^^ constant.language.nix
#                                    ^^ keyword.operator.comparison.nix
in
# <- keyword.other.nix
if int == 1 then assert true; with lib; mkIf else import ./x.nix
# <- keyword.control.nix
#           ^^^^ keyword.control.nix
#                ^^^^^^ keyword.control.nix
#                             ^^^^ keyword.other.nix
#                                                 ^^^^^^ keyword.control.import.nix
