#!/bin/sh
# Regenerates src/parser.c, src/grammar.json, src/node-types.json and src/tree_sitter/ from grammar.js.
# Needs node and tree-sitter 0.22, which Debian 13 packages as nodejs and tree-sitter-cli.
# The ABI is 14, so that every runtime from 0.22 on loads the parser.
set -eu
cd "$(dirname "$0")"
exec tree-sitter generate --abi 14 --no-bindings
