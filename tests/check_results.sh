#!/bin/bash
# scripts/results: what the page shows is what the stored runs say, and nothing else passes.
#   check_results.sh ORRERY SOURCE_DIR
# The fixture's two runs have every kind of table; a third is made here by the program itself, so that
# storing keeps pace with the files of a run folder.
set -uo pipefail
orrery=$(realpath "$1")
source_dir=$(realpath "$2")
results=$source_dir/scripts/results
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$source_dir/tests/fixtures/results/docs" "$work/docs"
mkdir -p "$work/scenarios/models"
cp "$source_dir/tests/fixtures/tiny.yaml" "$work/scenarios/tiny.yaml"
cd "$work"
failed=0

fail() { echo "FAILED $*"; failed=1; }
# refused NAME 'regular expression' ARGUMENTS...
refused() {
  local name=$1 pattern=$2
  shift 2
  "$results" --root . "$@" >said 2>&1 && fail "$name: passes"
  grep -Eq -- "$pattern" said || { fail "$name: says"; cat said; }
}
# edit FILE SED-EXPRESSION: changes it, or fails; undo puts it back.
edit() {
  cp "$1" undone
  edited=$1
  sed -i "$2" "$1"
  cmp -s "$1" undone && fail "nothing changed by $2"
}
undo() { mv undone "$edited"; }

# --- the page -------------------------------------------------------------------------------------
cp docs/results.md golden.md
refused "plots that are not there" 'plots/speed.svg is not what' --check
"$results" --root . || fail "the page is not written"
diff golden.md docs/results.md || fail "the page is not the one of the fixture"
"$results" --root . --check || fail "a fresh page is stale"

edit docs/runs/two.json '0,/"all": \[3, 8\]/s//"all": [5, 8]/'
refused "a changed count" 'docs/results.md is not what' --check
"$results" --root . && grep -q '| model, `state` | 16 | 43.8 ' docs/results.md ||
  fail "the page ignores a changed count"
undo
"$results" --root .
edit docs/plots/speed.svg 's/<!-- data .*-->//'
refused "a plot of other figures" 'plots/speed.svg is not what' --check
undo
edit docs/results.md 's/37\.5/47.5/'
refused "a page edited by hand" 'docs/results.md is not what' --check
undo

# --- mistakes are refused with their place --------------------------------------------------------
edit docs/runs/one.json '0,/"all": \[[0-9]*, 8\]/s//"all": [9, 8]/'
refused "more solved than asked" 'one.json: .* solved 9 of 8'
undo
edit docs/runs/one.json 's/"samples": 12/"samples": 13/'
refused "rows of two planners in one table" 'one and two differ in planner'
undo
edit docs/runs/one.json 's/orrery-run/other/'
refused "a file of another kind" 'one.json is no stored run'
undo
edit docs/results.in.md 's/{{table runs=one,two}}/{{table runs=one,three}}/'
refused "an unknown run" "results.in.md:4: no stored run 'three'"
undo
edit docs/results.in.md 's/{{table runs=one,two}}/{{tabel runs=one}}/'
refused "an unknown directive" "results.in.md:4: no directive 'tabel'"
undo
edit docs/results.in.md 's/{{table runs=one,two}}/{{table run=one}}/'
refused "an unknown argument" "results.in.md:4: table has no 'run'"
undo

# --- storing --------------------------------------------------------------------------------------
sets=(--set train.steps=20 --set train.seed=3
  --set 'eval.rows=[random, model, oracle]' --set 'eval.swaps=[{name: truth, dynamics: simulator}]')
"$orrery" run scenarios/tiny.yaml --profile smaller --out run --progress none "${sets[@]}" \
  >/dev/null 2>said || { fail "no run to store"; cat said; }
export ORRERY=$orrery
"$results" --root . --store run fresh || fail "a run folder is not stored"
grep -q '"command": "orrery run scenarios/tiny.yaml --profile smaller .*--set train.seed=3' \
  docs/runs/fresh.json || fail "the command that repeats it is not found"
cp docs/runs/fresh.json again.json
"$results" --root . --store run fresh
cmp -s docs/runs/fresh.json again.json || fail "storing twice gives other bytes"
# The intervals of pooled counts are those that the report has for one run.
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source_dir/scripts /usr/bin/python3 - <<'P' ||
import json
import results_pool as pool
report = json.load(open("run/report.json"))
near = lambda a, b: all(abs(x - y) < 1e-9 for x, y in zip(a, b))
checked = 0
for table in report["tables"]:
    for row in table["rows"]:
        rate = row["all"]
        assert near(pool.wilson(rate["successes"], rate["n"]), (rate["rate"], rate["low"], rate["high"]))
    for swap in table["swaps"]:
        part = swap["all"]
        n, won = part["rate"]["n"], part["rate"]["successes"]
        a, b = part["only_swap"], part["only_model"]
        got = pool.paired_difference(won - a, a, b, n - won - b)
        assert near(got, [part["difference"][k] for k in ("point", "low", "high")]), got
        assert abs(pool.mcnemar(a, b) - part["p"]) < 1e-9
        checked += 1
assert checked
P
  fail "intervals differ from the report's"
printf '{"model": "%s/scenarios/x", "python": "/opt/bin/python", "machine": {"cores": 2}}' "$work" >bench.json
"$results" --root . --store-bench bench.json speed && grep -q '"model": "scenarios/x"' docs/runs/speed.json &&
  grep -q '"python": "ELSEWHERE/python"' docs/runs/speed.json || fail "paths of this machine are stored"
refused "a folder that is no run" 'report.json' --store docs other
cp run/model/model.safetensors scenarios/models/tiny.safetensors
echo '{{checkpoint run=fresh file=scenarios/models/tiny.safetensors}} {{rate runs=fresh rule=near}}' \
  >scenarios/models/tiny.in.md
"$results" --root . || fail "no model card"
grep -q 'tiny.safetensors.*state.*2,027' scenarios/models/tiny.md || fail "the card lacks the model"
printf x >>scenarios/models/tiny.safetensors
refused "a checkpoint of another run" "tiny.in.md:1: .*is not the checkpoint of run 'fresh'" --check

[ $failed = 0 ] && echo "scripts/results: all good"
exit $failed
