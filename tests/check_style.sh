#!/bin/bash
# Checks the limits of docs/design.md: .c and .inc files of at most 600 lines, .h of 200, lines of 100
# columns, functions of 60 lines; and that nothing at the root is in git that does not belong there
# (outputs of a test that was run there).
#   check_style.sh [folder]      prints file:line of each offence; exit 1 when there is one
#   check_style.sh --self-check  proves that each rule can fail
set -euo pipefail
export LC_ALL=C

offences() (
  cd "$1"
  folders=()
  for folder in base sim data render worldmodel agents eval view cli tests; do
    [ ! -d "$folder" ] || folders+=("$folder")
  done
  { git ls-files 2>/dev/null || true; } | cut -d/ -f1 | sort -u | while read -r entry; do
    case $entry in
    base | sim | data | render | worldmodel | agents | eval | view | cli | tests | scenarios | scripts | docs | cmake) ;;
    .ci | .clang-format | .gitignore | CHANGELOG.md | CMakeLists.txt | CMakePresets.json | LICENSE | README.md) ;;
    *) echo "$entry:1: does not belong at the root" ;;
    esac
  done
  find "${folders[@]}" -type f -name '*.[ch]' -print0 -o -type f -name '*.inc' -print0 | sort -z | xargs -0 -r awk '
    function finish() {
      most = file ~ /\.h$/ ? 200 : 600
      if (file != "" && lines > most) print file ":" lines ": longer than " most " lines"
    }
    FNR == 1 { finish(); file = FILENAME; from = 0 }
    { lines = FNR }
    { text = $0; gsub(/[\200-\277]/, "", text) } # characters, not bytes of UTF-8
    length(text) > 100 { print FILENAME ":" FNR ": wider than 100 columns" }
    # A definition begins in the first column and ends with a brace there; tables of data are no code.
    /^[A-Za-z_].*\(/ && !/;$/ && !/=/ && !/\}$/ { if (!from) from = FNR }
    /^[A-Za-z_].*=.*\{$/ { from = 0 }
    /^\}/ {
      if (from && FNR - from + 1 > 60)
        print FILENAME ":" from ": a function longer than 60 lines"
      from = 0
    }
    END { finish() }'
)

# File $1 with what stdin gives: an offence at line $2, or none ("fine").
expect() {
  local found
  mkdir -p "$(dirname "$tree/$1")"
  cat >"$tree/$1"
  found=$(offences "$tree")
  rm "$tree/$1"
  if [ "$2" = fine ]; then
    [ -z "$found" ] || { echo "wrongly refused: $found"; failed=1; }
  else
    [[ "$found" == "$1:$2: "* ]] || { echo "not caught: $1 ($2): $found"; failed=1; }
  fi
}

body() { for ((i = 0; i < $1; i++)); do echo '  x();'; done; }

self_check() {
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' EXIT
  failed=0
  expect base/a.c fine < <(printf 'int x;\n%.0s' {1..600})
  expect base/a.c 601 < <(printf 'int x;\n%.0s' {1..601})
  expect base/a.h fine < <(printf 'int x;\n%.0s' {1..200})
  expect tests/base/a.h 201 < <(printf 'int x;\n%.0s' {1..201})
  expect cli/a.c fine < <(printf '/*\n%0100d\n*/\n' 0)
  expect cli/a.c 2 < <(printf '/*\n%0101d\n*/\n' 0)
  expect cli/a.c fine < <(printf '/* %s */\n' "$(printf '\302\260%.0s' {1..94})")
  expect sim/a.c fine < <(echo 'void f(void) {'; body 58; echo '}')
  expect sim/a.c 1 < <(echo 'void f(int a,'; echo '       int b) {'; body 58; echo '}')
  git -C "$tree" init -q && mkdir -p "$tree/base" && touch "$tree/base/a.txt" && git -C "$tree" add base
  expect base/b.c fine </dev/null
  touch "$tree/paint.png" && git -C "$tree" add paint.png
  expect paint.png 1 </dev/null
  git -C "$tree" rm -q --cached paint.png
  expect sim/a.c fine < <(echo 'int t[] = {'; body 80; echo '};')
  [ $failed = 0 ] && echo "every rule can fail"
  return $failed
}

if [ "${1:-}" = --self-check ]; then
  self_check
else
  found=$(offences "${1:-$(dirname "${BASH_SOURCE[0]}")/..}")
  [ -z "$found" ] || { echo "$found"; exit 1; }
fi
