#!/usr/bin/env bash
# Installs VS Code as a web application (code-server) and the library that drives its browser.
#   install_code_server.sh DIR       then DIR/code-server starts it
# Needs node 20 or newer, npm, a C++ compiler, make, python3, rg; done in one to two minutes.
#
# code-server's own installation wants a prebuilt ripgrep from outside npm and refuses to run as
# root. So no package runs its scripts here: the native modules that are needed are built from
# source, and what the scripts would have linked is linked below.
set -euo pipefail

DIR=$1
VERSION=4.100.3 # VS Code 1.100.3
PLAYWRIGHT=1.65.1
STAMP=$DIR/.installed-$VERSION-$PLAYWRIGHT

[ ! -f "$STAMP" ] || exit 0
rm -rf "$DIR"
mkdir -p "$DIR"
cd "$DIR"

# The folder whose include/node holds the headers of this very node.
node_prefix() {
  node -p 'require("path").dirname(require("path").dirname(process.execPath))'
}
quiet=(--no-audit --no-fund --loglevel=error)

# `npm run` puts npm's own node-gyp into PATH; this script is how it is reached.
cat >package.json <<JSON
{
  "private": true,
  "scripts": { "build-native": "cd \"\$MODULE\" && node-gyp rebuild --silent" },
  "dependencies": { "code-server": "$VERSION", "playwright-core": "$PLAYWRIGHT" }
}
JSON
npm install --ignore-scripts "${quiet[@]}"
VSCODE=$DIR/node_modules/code-server/lib/vscode
# `npm ci` refuses the lock file that VS Code ships; `npm install` follows it.
(cd "$VSCODE" && npm install --ignore-scripts --omit=dev "${quiet[@]}")

npm_config_nodedir=$(node_prefix)
export npm_config_nodedir
npm rebuild argon2 --build-from-source "${quiet[@]}" >/dev/null # loaded even without passwords
for module in @vscode/spdlog native-watchdog node-pty; do
  MODULE=$VSCODE/node_modules/$module npm run --silent build-native >native.log 2>&1 || {
    cat native.log
    exit 1
  }
done

ln -sfn node_modules "$VSCODE/node_modules.asar"
mkdir -p "$VSCODE/node_modules/@vscode/ripgrep/bin"
ln -sf "$(command -v rg)" "$VSCODE/node_modules/@vscode/ripgrep/bin/rg"

cat >code-server <<SH
#!/bin/sh
exec "$(command -v node)" "$DIR/node_modules/code-server/out/node/entry.js" "\$@"
SH
chmod +x code-server
ln -s "$(command -v node)" node # for whoever drives it
HOME=$DIR ./code-server --version
touch "$STAMP"
