#!/usr/bin/env bash
# What a user relies on at the command line: exit codes, one clear message with place and hint, nothing
# overwritten, results on stdout, messages on stderr. Usage: test_cli.sh ORRERY SOURCE_DIR
set -uo pipefail
orrery=$(realpath "$1")
source_dir=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp -r "$source_dir/scenarios" .
sed -i "/^  manifest: manifests/d" scenarios/push_t.yaml # pairs are drawn here, and frozen by the test
passed=0 failed=0

# check NAME EXPECTED_CODE 'regular expression on stderr or stdout' COMMAND...
check() {
  local name=$1 code=$2 pattern=$3 got
  shift 3
  "$@" >stdout.txt 2>stderr.txt </dev/null
  got=$?
  if [ "$got" = "$code" ] && grep -Eq -- "$pattern" stderr.txt stdout.txt; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $name: exit $got (expected $code), pattern '$pattern'"
    sed 's/^/  | /' stderr.txt stdout.txt | head -12
  fi
}
expect() { # NAME CONDITION...
  local name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $name"; fi
}

verbs="run collect train eval view render inspect report bench validate schema explain list doctor completion"

# --- help and usage ---
check "help lists verbs" 0 'validate +Check' "$orrery" help
check "no verb" 2 'Try first' "$orrery"
check "version" 0 '^orrery [0-9]' "$orrery" --version
for verb in $verbs; do
  check "$verb --help leads with an example" 0 'Usage: orrery '"$verb" "$orrery" "$verb" --help
  expect "$verb --help first line" test "$(head -1 stdout.txt)" = "Example:"
  expect "$verb --help second line" grep -q "orrery $verb" <(sed -n 2p stdout.txt)
  check "help $verb" 0 'Usage' "$orrery" help "$verb"
done
check "unknown verb" 2 "did you mean 'orrery train'" "$orrery" trian
check "unknown option" 2 'unrecognized option' "$orrery" run --nonsense
check "missing argument" 2 'SCENARIO is missing' "$orrery" run
check "argument too many" 2 'one argument too many' "$orrery" run a b
check "bad seed" 2 'not a whole number' "$orrery" run scenarios/push_t.yaml --seed x
check "bad threads" 2 'not a whole number' "$orrery" run scenarios/push_t.yaml --threads 0

# --- the small verbs ---
check "list" 0 '^scenarios/push_t.yaml +2D +chipmunk +Push a T-shaped' "$orrery" list
check "list json" 0 '"name": "push.x"' "$orrery" list --json
expect "list prints JSON alone" /usr/bin/python3 -m json.tool stdout.txt /dev/null
mkdir shelf && sed 's/^  dt: .*/  dt: fast/' scenarios/push_t.yaml >shelf/broken.yaml && echo 'a: 1' >shelf/other.yaml
check "list of a broken scenario" 0 '^shelf/broken.yaml +cannot be loaded' "$orrery" list shelf
expect "other files are no scenarios" test "$(wc -l <stdout.txt)" = 1
mkdir agents && sed 's/^    - {name: push, body: agent,/&agent: left, /' scenarios/push_t.yaml >agents/one.yaml
check "list names agents" 0 ' agents: left$' "$orrery" list agents
check "list json of agents" 0 '"agent": "left"' "$orrery" list agents --json
check "schema is JSON" 0 'draft-07' "$orrery" schema
expect "schema parses" /usr/bin/python3 -m json.tool stdout.txt /dev/null
check "explain" 0 'dt' "$orrery" explain world.dt
check "explain a section" 0 'samples' "$orrery" explain plan
check "explain templates" 0 'with: {NAME: VALUE}' "$orrery" explain templates
check "explain repeat" 0 'each' "$orrery" explain repeat
check "explain lists include" 0 'include ' "$orrery" explain
check "explain suggests" 2 "did you mean" "$orrery" explain world.dtt
check "validate" 0 'push_t.yaml: good' "$orrery" validate scenarios/push_t.yaml scenarios/push_t_gym.yaml
check "validate json" 0 '"good": true' "$orrery" validate scenarios/push_t.yaml --json
check "physics" 0 '^free_fall .* fine$' "$orrery" validate scenarios/push_t.yaml --physics --quiet
expect "physics names its units" grep -q 'as if .size. were 1 m' stdout.txt
expect "a weakness appears" grep -Eq '^chain_touching .* off by' stdout.txt
check "coarse physics is off, and no failure" 0 '^free_fall .* off by' "$orrery" validate \
  scenarios/push_t.yaml --physics --quiet --set world.dt=0.1
check "physics json" 0 '"verdict": "fine"' "$orrery" validate scenarios/push_t.yaml --physics --json --quiet
expect "physics json is JSON alone" /usr/bin/python3 -m json.tool stdout.txt /dev/null
check "no physics of a bad file" 2 'number' "$orrery" validate scenarios/push_t.yaml --physics --set world.dt=fast
check "doctor" 0 'chipmunk' "$orrery" doctor
check "doctor json" 0 '"name": "cpu"' "$orrery" doctor --json
for shell in bash zsh fish; do check "completion $shell" 0 'collect' "$orrery" completion $shell; done
check "completion for bash parses" 0 'complete' "$orrery" completion bash
expect "bash accepts it" bash -n stdout.txt
check "completion of nonsense" 2 'bash, zsh or fish' "$orrery" completion tcsh

# --- bad scenarios: place, message, hint ---
bad() { # NAME SED_EXPRESSION PATTERN
  sed "$2" scenarios/push_t.yaml >bad.yaml
  check "$1" 2 "$3" "$orrery" validate bad.yaml
  expect "$1 has a place" grep -Eq 'bad.yaml:[0-9]+:[0-9]+' stderr.txt
}
bad "unknown key" 's/^  damping:/  dampign:/' 'did you mean .damping'
bad "wrong type" 's/^  dt: .*/  dt: fast/' 'number'
bad "out of range" 's/^  dt: .*/  dt: -1/' '(range|at least|between|from|>)'
bad "duplicate key" 's/^  dt: .*/  dt: 0.01\n  dt: 0.01/' 'twice|duplicate|already'
bad "unknown body" 's/body: agent/body: agnet/' "agent"
check "missing file" 2 'nowhere.yaml.*No such file' "$orrery" validate nowhere.yaml
printf 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n' >bomb.yaml
check "alias bomb" 2 'bomb.yaml:[0-9]+:[0-9]+' "$orrery" validate bomb.yaml
/usr/bin/python3 -c 'print("a: " + "["*5000 + "]"*5000)' >deep.yaml
check "5,000 deep" 2 'deep.yaml:[0-9]+:[0-9]+.*(deep|nest)' "$orrery" validate deep.yaml
check "the effective configuration" 0 'hidden: 64' "$orrery" validate scenarios/push_t.yaml \
  --profile tiny --effective
cp stdout.txt effective.yaml
check "the effective configuration is a scenario" 0 'effective.yaml: good' "$orrery" validate effective.yaml
check "bad --set" 2 "did you mean" "$orrery" validate scenarios/push_t.yaml --set plan.sampels=3
check "unknown profile" 2 "tiny" "$orrery" validate scenarios/push_t.yaml --profile tinny

# --- the loop, tiny ---
run="$orrery run scenarios/push_t.yaml --profile tiny --out run --quiet"
check "dry run writes nothing" 0 'collect' $run --dry-run
expect "nothing was written" test ! -e run
check "tiny run" 0 'oracle' $run
for file in config.yaml data/manifest.json data/all.h5 model/model.safetensors model/state.safetensors \
  model/metrics.jsonl report.html report.json report.md episodes.csv timings.json; do
  expect "run/$file is there" test -s "run/$file"
done
sum() { (cd run && find . -type f ! -name timings.json ! -name metrics.jsonl | LC_ALL=C sort | xargs sha256sum) | sha256sum; }
before=$(sum)
check "running again" 0 'oracle' $run
expect "running again changes nothing" test "$before" = "$(sum)"
check "another setting is refused" 2 '(train.steps|--force)' $run --set train.steps=7
expect "refusal changes nothing" test "$before" = "$(sum)"
check "bench train" 0 "steps_per_second" "$orrery" bench train --network model --batch 64 --rounds 1 --seconds 1 --json
expect "bench train prints JSON alone" /usr/bin/python3 -m json.tool stdout.txt /dev/null
check "bench pixels" 0 "windows_per_second_2_threads" "$orrery" bench pixels --episodes 4 --rounds 1 --seconds 1 --json
expect "bench pixels prints JSON alone" /usr/bin/python3 -m json.tool stdout.txt /dev/null
check "bf16 where it would be slower" 2 "set plan.precision=f32" env ORR_ISA=v3 "$orrery" bench plan --set plan.precision=bf16
check "bench of nonsense" 2 "sim, plan, train or pixels" "$orrery" bench trian
check "bench of another network" 2 "perceptron or gelu" "$orrery" bench train --network x
check "bench without its peer" 1 "scripts/peers" "$orrery" bench train --batch 64 --peer /nowhere/python
check "json result" 0 '"schema_version"' $run --json
expect "stdout is JSON alone" /usr/bin/python3 -m json.tool stdout.txt /dev/null
check "inspect data" 0 'block.angle' "$orrery" inspect run/data
check "inspect model" 0 'parameters' "$orrery" inspect run/model/model.safetensors
check "inspect model json" 0 '"family"' "$orrery" inspect run/model/model.safetensors --json
check "inspect run" 0 'oracle' "$orrery" inspect run
check "inspect another's file" 1 'is no run folder' "$orrery" inspect scenarios/push_t.yaml
check "inspect another's folder" 1 'is no run folder' "$orrery" inspect scenarios
check "inspect nothing" 1 'No such file' "$orrery" inspect nowhere.h5
check "report" 0 'report.html' "$orrery" report run
check "report of nothing" 1 'config.yaml' "$orrery" report scenarios
check "screenshot" 0 'Wrote shot.png' env -u DISPLAY "$orrery" view scenarios/push_t.yaml \
  --agent cem --model run/model/model.safetensors --frames 5 --screenshot shot.png
expect "screenshot is PNG" grep -q PNG <(head -c 8 shot.png)
# --- pictures without a display ---
picture="env -u DISPLAY -u WAYLAND_DISPLAY $orrery render scenarios/push_t.yaml --agent random --steps 12"
size_of() { /usr/bin/python3 -c 'import struct,sys; print(*struct.unpack(">II", open(sys.argv[1], "rb").read()[16:24]))' "$1"; }
check "picture" 0 'Wrote a.png: step 12 of episode 0' $picture -o a.png
expect "its size is the world's" test "$(size_of a.png)" = "512 512"
check "picture is not overwritten" 2 'a.png is already there' $picture -o a.png
check "picture again" 0 'Wrote b.png' $picture -o b.png --threads 1
expect "the same command gives the same bytes" cmp -s a.png b.png
check "picture of another step" 0 'Wrote b.png' $picture -o b.png --force --steps 13
expect "another step looks different" test "$(cmp -s a.png b.png; echo $?)" = 1
check "picture of another episode" 0 'episode 2' $picture -o b.png --force --episode 2
expect "another episode looks different" test "$(cmp -s a.png b.png; echo $?)" = 1
check "picture of a size" 0 'Wrote b.png' $picture -o b.png --force --size 320x200
expect "the size is as told" test "$(size_of b.png)" = "320 200"
check "picture without --out" 0 'Wrote push_t.png: step 0' "$orrery" render scenarios/push_t.yaml
check "picture of no size" 2 'is no size' $picture -o c.png --size 3x4
check "picture by nobody known" 2 "no agent 'x'" $picture -o c.png --agent x
check "picture from nowhere known" 2 'camera, top, front or side' $picture -o c.png --from x
check "picture into nothing" 1 'nowhere/c.png' $picture -o nowhere/c.png
expect "no picture was written" test ! -e c.png
check "no display" 1 'hint' env -u DISPLAY -u WAYLAND_DISPLAY SDL_VIDEODRIVER=x11 "$orrery" view scenarios/push_t.yaml --frames 2

check "no display, no driver named" 1 'there is no display' \
  env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER "$orrery" view scenarios/push_t.yaml --frames 2

# --- a manifest: frozen, then judged without data ---
check "dry run freezes nothing" 0 'judged by nobody' "$orrery" eval scenarios/push_t.yaml --profile tiny \
  --out run --write-manifest scenarios/frozen --dry-run
expect "nothing was frozen" test ! -e scenarios/frozen
check "freeze" 0 'Wrote one file of pairs' "$orrery" eval scenarios/push_t.yaml --profile tiny --out run \
  --write-manifest scenarios/frozen --quiet
expect "the run is as it was" test "$before" = "$(sum)"
check "other pairs are not overwritten" 2 'frozen/moderate.h5 holds other pairs' "$orrery" eval \
  scenarios/push_t.yaml --profile tiny --out run --write-manifest scenarios/frozen --quiet --set eval.pairs=3
judge="$orrery eval scenarios/push_t.yaml --profile tiny --set eval.manifest=frozen --model \
  run/model/model.safetensors --quiet --out frozen_run"
check "dry run of a manifest" 0 'pairs of the manifest' $judge --dry-run
check "manifest and model" 0 'frozen_run/report.html' $judge
expect "no data were made" test ! -e frozen_run/data
expect "the same episodes, but of baselines" cmp -s frozen_run/eval/strict/episodes.csv \
  <(grep -Ev '^(inverse|cloning),' run/eval/strict/episodes.csv)
check "report of a manifest" 0 'p99' "$orrery" report frozen_run
check "manifest of another rule" 2 'position 20.0, here it is 19.0' $judge --out other_run \
  --set eval.rules.moderate.position=19
check "manifest that is not there" 1 'nowhere/moderate.h5' $judge --set eval.manifest=nowhere
printf 'no pairs' >scenarios/frozen/strict.h5
check "damaged manifest" 1 'strict.h5' $judge --out other_run

# --- damaged files ---
damage() { # NAME FILE COMMAND...: truncates, then flips bits; both must be refused in one message
  local name=$1 file=$2 size
  shift 2
  cp "$file" kept
  size=$(stat -c %s "$file")
  truncate -s $((size / 2)) "$file"
  check "$name truncated" 1 "$(basename "$file")" "$@"
  cp kept "$file"
  /usr/bin/python3 - "$file" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
for i in range(8, min(len(data), 400)): data[i] ^= 0x55
open(sys.argv[1], "wb").write(data)
PY
  check "$name bits flipped" 1 "$(basename "$file")" "$@"
  cp kept "$file"
}
damage "shard" run/data/train-00000.h5 "$orrery" inspect run/data/train-00000.h5
damage "checkpoint" run/model/model.safetensors "$orrery" inspect run/model/model.safetensors
check "model of another interface" 2 'interface' "$orrery" eval scenarios/push_t.yaml --profile tiny \
  --out other --quiet --set 'observe.state=[agent.x, agent.y, block.x, block.y, block.angle]' \
  --model run/model/model.safetensors
check "model that is not there" 1 'nothing.safetensors' "$orrery" eval scenarios/push_t.yaml \
  --profile tiny --out run2 --quiet --model nothing.safetensors

# --- full disk ---
full_disk() {
  mkdir -p small && mount -t tmpfs -o size=200k tmpfs small || return 77
  "$orrery" run scenarios/push_t.yaml --profile tiny --out small/run --quiet
}
export -f full_disk
export orrery
if unshare -m true 2>/dev/null || unshare -rm true 2>/dev/null; then
  flags=-m
  unshare -m true 2>/dev/null || flags=-rm
  check "full disk" 1 '(No space left|disk)' unshare $flags bash -c full_disk
else
  echo "skipped: full disk (no mount namespaces here)"
fi

# --- Ctrl-C ---
"$orrery" train scenarios/push_t.yaml --profile tiny --set train.steps=1000000 --out stopped --quiet \
  >stdout.txt 2>stderr.txt &
pid=$!
sleep 4
kill -INT $pid
wait $pid
expect "Ctrl-C exits with 130" test $? = 130
expect "Ctrl-C says how to go on" grep -q 'Go on with' stderr.txt

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
