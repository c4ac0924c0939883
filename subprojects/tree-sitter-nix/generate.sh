#!/bin/sh
# Regenerates src/parser.c, src/grammar.json and src/node-types.json from grammar.js.
# Needs tree-sitter (0.22 to 0.25) and node. The ABI is 14, so that every runtime from 0.22 on loads it.
set -eu
cd "$(dirname "$0")"
exec tree-sitter generate --abi 14
