#!/bin/bash
# Kills `orrery collect`, `train`, `eval` and `run` (its report) at random moments and shows that the
# final bytes do not change:
#   tests/eval/prove_kills.sh ORRERY [KILLS] [SCENARIO] [PROFILE]
# Every file of the run is compared but timings.json and metrics.jsonl (wall-clock values) and the
# marked time part of the report.
set -euo pipefail
export LC_ALL=C
orrery=$(realpath "$1")
kills=${2:-50}
scenario=$(realpath "${3:-$(dirname "$0")/../fixtures/tiny.yaml}")
profile=${4:-}
options=(--quiet)
[ -z "$profile" ] || options+=(--profile "$profile")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
RANDOM=7

digest() { # of a run folder
  (cd "$1" && find . -type f ! -name timings.json ! -name metrics.jsonl | sort |
    while read -r file; do
      case $file in
        ./report.html | ./report.md) sed '/<!-- timings:/,/<!-- end of timings/d' "$file" ;;
        *) cat "$file" ;;
      esac | sha256sum | sed "s|-|$file|"
    done)
}

stage() { "$orrery" "$1" "$scenario" "${options[@]}" --out "$2" >/dev/null; }

declare -A took # milliseconds of each stage, undisturbed: kills are drawn within them
for verb in collect train eval run; do
  start=$(date +%s%N)
  stage $verb "$work/whole"
  took[$verb]=$((($(date +%s%N) - start) / 1000000 + 1))
done
digest "$work/whole" >"$work/whole.txt"
echo "reference: $(wc -l <"$work/whole.txt") files; collect ${took[collect]} ms," \
  "train ${took[train]} ms, eval ${took[eval]} ms, report ${took[run]} ms"

for verb in collect train eval run; do
  struck=0
  while [ $struck -lt "$kills" ]; do
    rm -rf "$work/killed"
    case $verb in # what comes before is done in peace
      train) stage collect "$work/killed" ;;
      eval) stage train "$work/killed" ;;
      run) stage eval "$work/killed" ;; # the report is left to do
    esac
    while :; do
      "$orrery" "$verb" "$scenario" "${options[@]}" --out "$work/killed" >/dev/null 2>&1 &
      child=$!
      wait_ms=$(((RANDOM * 32768 + RANDOM) % took[$verb]))
      sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
      kill -9 $child 2>/dev/null || true
      status=0
      wait $child 2>/dev/null || status=$?
      [ $status != 0 ] || break # it was done before the kill
      [ $status = 137 ] || { echo "$verb: exit code $status"; exit 1; }
      struck=$((struck + 1))
      [ $struck -lt "$kills" ] || break
    done
    stage run "$work/killed"
    digest "$work/killed" >"$work/killed.txt"
    diff "$work/whole.txt" "$work/killed.txt" || { echo "$verb: other bytes"; exit 1; }
  done
  echo "$verb: $struck kills, the same bytes"
done
