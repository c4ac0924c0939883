#!/bin/sh
# Writes the expected values beside the cases, from a real C++ Nix (2.26).
#
#   ROOT=/some/chroot ./regenerate.sh        # Nix lives in a chroot; needs root
#   ./regenerate.sh                          # Nix of this machine; makes /fixture
#
# The tree under /fixture is the one that case_test.cpp builds in memory.
set -eu
here=$(dirname "$0")/cases
root=${ROOT:-}
nix() { if [ -n "$root" ]; then chroot "$root" "$@"; else "$@"; fi; }

fixture=$root/fixture
rm -rf "$fixture"
mkdir -p "$fixture/tree/sub" "$fixture/tree/empty" "$fixture/links"
printf 'hello\n' > "$fixture/tree/a.txt"
printf '{ x = 1; }\n' > "$fixture/tree/default.nix"
head -c 40000 /dev/zero | tr '\0' x > "$fixture/tree/big"
printf '#!/bin/sh\necho hi\n' > "$fixture/tree/sub/run.sh"
chmod +x "$fixture/tree/sub/run.sh"
: > "$fixture/tree/sub/none"
ln -s ../a.txt "$fixture/tree/sub/link"
ln -s ../tree "$fixture/links/dir"
ln -s nowhere "$fixture/links/dangling"
ln -s loop2 "$fixture/links/loop1"
ln -s loop1 "$fixture/links/loop2"

for case in "$here"/*.nix; do
  cp "$case" "$fixture/case.nix"
  nix nix-instantiate --eval --strict --json --read-write-mode \
    --extra-experimental-features 'ca-derivations impure-derivations dynamic-derivations git-hashing' \
    /fixture/case.nix |
    python3 -c 'import json, sys; json.dump(json.load(sys.stdin), sys.stdout, indent=1, sort_keys=True, ensure_ascii=False); print()' \
    > "${case%.nix}.json"
done

# Errors: one expression a line, then the message's last line.
while IFS= read -r line; do
  case $line in
    '= '*) ;;
    '' | '#'*) printf '%s\n' "$line" ;;
    *)
      printf '%s\n' "$line"
      printf '= '
      nix nix-instantiate --eval --strict --readonly-mode --option store dummy:// -E "$line" 2>&1 |
        sed 's/\x1b\[[0-9;]*m//g' | grep 'error: ' | tail -n 1 | sed 's/.*error: //'
      ;;
  esac
done < "$here/errors.txt" > "$here/errors.new"
mv "$here/errors.new" "$here/errors.txt"
rm "$fixture/case.nix"

# Derivations as files and as JSON.
shown=$(dirname "$0")/shown
cp "$shown/derivations.nix" "$fixture/shown.nix"
features='nix-command ca-derivations impure-derivations dynamic-derivations'
for name in $(sed -n 's/^  \([a-z]*\) = derivation (base .*/\1/p' "$shown/derivations.nix" | grep -v -e plain -e maker); do
  drv=$(nix nix-instantiate --extra-experimental-features "$features" /fixture/shown.nix -A "$name" 2>/dev/null)
  cp "$root$drv" "$shown/$name.drv"
  chmod 644 "$shown/$name.drv"
  nix nix --extra-experimental-features "$features" derivation show "$drv" > "$shown/$name.json"
done
rm "$fixture/shown.nix"
