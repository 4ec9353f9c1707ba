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

verbs="run collect train eval view render inspect export report bench validate schema explain list doctor completion"

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
check "doctor knows of MP4" 0 'ffmpeg' "$orrery" doctor
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
# --- pictures a second; 0 seconds are one round of each ---
tallies="$orrery bench render --rounds 1 --seconds 0"
check "bench render of a world" 0 'two painters on two threads' $tallies scenarios/push_t.yaml --json
expect "bench render prints JSON alone" /usr/bin/python3 -m json.tool stdout.txt /dev/null
expect "all rates are numbers" test "$(grep -c 'pictures_per_second": [0-9]' stdout.txt)" = 2
check "bench render of solids" 0 'mirror_room, 48 x 32' $tallies scenarios/mirror_room.yaml --size 48x32
expect "in five ways" test "$(grep -c 'by CPU time' stdout.txt)" = 5
check "bench render elsewhere" 2 "stand in the project's folder" $tallies
mkdir -p tests/fixtures dying && cp -r "$source_dir/tests/fixtures/pictures" tests/fixtures
check "bench render alone" 0 'not asked: --peer' $tallies --out tallied
expect "a row for each picture" test "$(grep -Ec '^[a-z_ ]+, [0-9]+ x [0-9]+' stdout.txt)" = 7
expect "and a look at each" test "$(find tallied -name '*-orrery.png' | wc -l)" = 7
check "looks are not overwritten" 2 'tallied is already there' $tallies --out tallied
check "bench render of no size" 2 'is no size' $tallies scenarios/push_t.yaml --size 8
check "a size for several" 2 '--size is for a SCENARIO' $tallies --size 64
check "peers for a world" 2 'peers draw no SCENARIO' $tallies scenarios/push_t.yaml --peer dying
check "bench render without its peers" 1 'scripts/peers --pictures' $tallies --peer /nowhere
printf '#!/bin/sh\necho "{}"\nread -r line\necho 1000\n' >dying/peer_cairo
chmod +x dying/peer_cairo
check "a peer that dies" 1 'peer_cairo stopped answering' $tallies --peer dying --json
expect "and one that is not there" grep -q 'peer_osmesa is not there' stderr.txt
expect "leave our figures" test "$(grep -c '"who": "orrery"' stdout.txt)" = 7
expect "as JSON" /usr/bin/python3 -m json.tool stdout.txt /dev/null
peers=$(dirname "$orrery")/tests/render
if [ -x "$peers/peer_cairo" ] && [ -x "$peers/peer_osmesa" ]; then
  check "bench render beside its peers" 0 'llvmpipe|softpipe' $tallies --peer "$peers" --out beside
  expect "all answered" test "$(grep -c 'orrery: [0-9]' stdout.txt)" = 22
  expect "none is missing" test "$(grep -c missing stdout.txt)" = 0
  for size in 64x64 96x96 224x224; do
    expect "cairo's picture is ours, $size" /usr/bin/python3 "$source_dir/tests/cli/compare_png.py" 16 \
      beside/push_t-$size-orrery.png beside/push_t-$size-cairo.png beside/push_t-$size-cairo_what_stands_still_kept.png
  done
else
  echo "skipped: pictures beside cairo and MuJoCo (scripts/peers --pictures)"
fi
check "bench of nonsense" 2 "sim, plan, train, pixels or render" "$orrery" bench trian
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
check "preview of no pictures" 2 'has no pictures' "$orrery" inspect run --preview
check "preview of a model" 2 'is a model' "$orrery" inspect run/model/model.safetensors --preview
check "inspect has nothing to write" 2 'add --preview' "$orrery" inspect run/data -o sheet.png
check "collect pictures" 0 'Wrote seen/data' "$orrery" collect scenarios/push_t.yaml --profile tiny \
  --set observe.pixels={} -o seen --quiet
check "inspect pictures" 0 'pixels  *64x64' "$orrery" inspect seen
check "preview" 0 'Wrote seen/data/preview.png: 8 train episodes' "$orrery" inspect seen --preview
check "preview is not overwritten" 2 'is already there' "$orrery" inspect seen --preview
check "preview is a PNG" 2 'written as .png' "$orrery" inspect seen --preview -o sheet.jpg
check "preview of a shard" 0 'Wrote sheet.png: 4 held-out' "$orrery" inspect --preview \
  -o sheet.png seen/data/held-out-00000.h5
check "inspect nothing" 1 'No such file' "$orrery" inspect nowhere.h5
check "report" 0 'report.html' "$orrery" report run
check "report of nothing" 1 'config.yaml' "$orrery" report scenarios
check "screenshot" 0 'Wrote shot.png' env -u DISPLAY "$orrery" view scenarios/push_t.yaml \
  --agent cem --model run/model/model.safetensors --frames 5 --screenshot shot.png
expect "screenshot is PNG" grep -q PNG <(head -c 8 shot.png)

# --- data for other programs ---
check "export to Minari" 0 'Wrote there/lab/x-v0: 42 episodes \(4 held out\), [0-9]+ steps' \
  "$orrery" export seen --to minari --id lab/x-v0 -o there/lab/x-v0 --quiet
expect "Minari's metadata is JSON" /usr/bin/python3 -m json.tool there/lab/x-v0/data/metadata.json /dev/null
check "export is not overwritten" 2 'already there' "$orrery" export seen --to minari -o there/lab/x-v0
check "export is replaced" 0 'Wrote there/lab/x-v0: 4 episodes \(4 held out\)' "$orrery" export \
  seen/data --to minari -o there/lab/x-v0 --force --split held-out --quiet
check "export to robomimic" 0 'Wrote x.hdf5: 42 episodes' "$orrery" export seen --to robomimic -o x.hdf5
expect "progress of an export" grep -q 'export: 42 episodes' stderr.txt
check "export of a shard without pictures" 0 '4 held out' "$orrery" export run/data/held-out-00000.h5 \
  --to robomimic -o y.hdf5 --quiet
check "export without a format" 2 'one of minari, robomimic' "$orrery" export seen -o z
check "export to nonsense" 2 "'zarr' is none of minari, robomimic" "$orrery" export seen --to zarr -o z
check "export to nowhere" 2 '--out is missing' "$orrery" export seen --to minari
check "export under a bad name" 2 'no name of a Minari data set' "$orrery" export seen --to minari -o z --id z
check "name for robomimic" 2 '--id is for Minari' "$orrery" export seen --to robomimic -o z --id a-v0
check "raw actions for Minari" 2 'is for robomimic' "$orrery" export seen --to minari -o z --raw-actions
check "export of a bad split" 2 "'test' is none of all, train, held-out" "$orrery" export seen \
  --to minari -o z --split test
check "export never replaces shards" 2 "data of Orrery's own" "$orrery" export seen --to robomimic --force \
  -o seen/data/train-00000.h5
check "export never replaces a folder of something else" 2 'no Minari data set' "$orrery" export seen \
  --to minari --force -o seen
check "export of nothing" 1 'No such file' "$orrery" export nowhere.h5 --to minari -o z
expect "nothing is left of what was refused" test ! -e z

# --- pictures without a display ---
picture="env -u DISPLAY -u WAYLAND_DISPLAY $orrery render scenarios/push_t.yaml --agent random --steps 12"
size_of() { /usr/bin/python3 -c 'import struct,sys; print(*struct.unpack(">II", open(sys.argv[1], "rb").read()[16:24]))' "$1"; }
watch="env -u DISPLAY $orrery view scenarios/push_t.yaml --agent random --frames 2 --screenshot window.png"
check "a window in relief" 0 'Wrote window.png' $watch --relief --size 340x360 --quality fast --scale 2
expect "its size is as told" test "$(size_of window.png)" = "340 360"
check "no such quality" 2 'auto, fast, good or best' $watch --quality super
check "no such scale" 2 'scale' $watch --scale 5
check "no such size of a window" 2 'is no size' $watch --size 10x10
check "a window of solids in relief" 2 'flat worlds' "$orrery" view scenarios/mirror_room.yaml --relief
check "a window of unlit solids" 2 'flat worlds' "$orrery" view scenarios/mirror_room.yaml --unlit
check "keys in the help" 0 'colours, depth or labels' "$orrery" view --help
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
check "picture into nothing" 2 'no folder nowhere/' $picture -o nowhere/c.png
expect "no picture was written" test ! -e c.png
# --- clips ---
clip="env -u DISPLAY -u WAYLAND_DISPLAY $orrery render scenarios/push_t.yaml --agent random --quiet"
check "clip as a folder" 0 '37 pictures, 1.[89] s, of 12 steps' $clip --steps 12 --fps 20 --speed 0.9 -o even/
check "clip at the control steps" 0 '17 pictures' $clip --steps 12 --fps 10 -o steps/
check "the instant after four steps" 0 'step 4' $clip --steps 4 -o four.png
expect "a clip shows the instant at its time" cmp -s four.png steps/000004.png
expect "the last instant stays" cmp -s steps/000012.png steps/000016.png
expect "between two steps it is elsewhere" test "$(cmp -s even/000001.png steps/000000.png; echo $?)" = 1
expect "and not yet there" test "$(cmp -s even/000001.png steps/000001.png; echo $?)" = 1
check "a folder is not overwritten" 1 'already there' $clip --steps 1 --force -o steps/
check "clip as WebP" 0 'push.webp: 43 pictures, 1.7 s' $clip --steps 12 -o push.webp
expect "it is WebP" grep -q 'RIFF....WEBPVP8X' <(head -c 16 push.webp | tr '\0-\37\200-\377' .)
check "clip again" 0 'Wrote' $clip --steps 12 --threads 1 -o again.webp
expect "the same command gives the same clip" cmp -s push.webp again.webp
check "clip is not overwritten" 2 'push.webp is already there' $clip -o push.webp
check "clip as GIF" 0 'push.gif: 43 pictures' $clip --steps 12 -o push.gif
expect "it is GIF" grep -q GIF89a <(head -c 6 push.gif)
if command -v ffmpeg >/dev/null; then
  check "clip as MP4" 0 'push.mp4: 43 pictures' $clip --steps 12 -o push.mp4
else
  echo "skipped: clip as MP4 (no ffmpeg)"
fi
check "MP4 without ffmpeg" 1 'ffmpeg.*cannot be started' env PATH=/nowhere "$orrery" render scenarios/push_t.yaml \
  --steps 2 --quiet -o no.mp4
expect "and says what to do" grep -q 'hint.*webp' stderr.txt
check "panels" 0 'Wrote panels.png' $clip --panels camera,pixels --size 96x96 -o panels.png
expect "two panels with a frame" test "$(size_of panels.png | cut -d' ' -f1)" = $((2 * 96 + 3 * 12))
check "orbit" 0 'Wrote orbit.webp' "$orrery" render scenarios/mirror_room.yaml --steps 3 --orbit 90 --size 64x48 \
  --quality fast --quiet -o orbit.webp
check "relief, depth and labels" 0 'Wrote relief.png' $clip --relief --orbit 30 --panels camera,depth,segmentation \
  --size 64x48 -o relief.png
check "a flat world has no sides" 2 'from front or side is for solids' "$orrery" render \
  scenarios/push_t.yaml --from side -o flat.png
check "a flat world needs no reference" 2 'reference is for solids' "$orrery" render \
  scenarios/push_t.yaml --quality reference -o flat.png
check "the reference" 0 'Wrote slow.png' "$orrery" render scenarios/mirror_room.yaml --quality reference --samples 4 \
  --global --panels camera,depth --size 32x24 --quiet -o slow.png
check "a picture from elsewhere" 0 'Wrote left.png' "$orrery" render scenarios/mirror_room.yaml --orbit 90 \
  --size 64x48 --quality fast --quiet -o left.png
check "a whole turn" 0 'Wrote whole.png' "$orrery" render scenarios/mirror_room.yaml --orbit 360 \
  --size 64x48 --quality fast --quiet -o whole.png
check "no turn" 0 'Wrote still.png' "$orrery" render scenarios/mirror_room.yaml --size 64x48 --quality fast \
  --quiet -o still.png
expect "elsewhere it looks different" test "$(cmp -s left.png still.png; echo $?)" = 1
# what cannot be: exit 2, and nothing is written
mkdir refused && cp -r scenarios refused && cd refused
for bad in "--fps 0:is not a number" "--fps x:is not a number" "--fps 1e9:is not a number" "--speed nan:is not a" \
  "--fps 60 -o c.gif:up to 50" "--lossless -o c.gif:cannot be lossless" "--size 5000x64:is no size" \
  "--size 64x64x64:is no size" "--panels camera,x:no panel 'x'" "--panels camera,:no panel ''" \
  "--panels top,top:stands there twice" "--panels depth:is for solids" \
  "--orbit 90:is for solids" "--quality x:fast, good, best or reference" "--samples 5:power of 4" \
  "--samples 5 --quality reference:not a power of 4" "--global:is for the reference" "-o c.avi:no kind of picture" \
  "-o c.png --fps 20:is for clips" "--speed 0.001 --fps 240 --steps 300:at most 100000" "--theme x:plain or pymunk" \
  "--data nowhere --agent weak:no agent acts" "--episode 5000000000:whole number"; do
  check "render ${bad%%:*}" 2 "${bad#*:}" "$orrery" render scenarios/push_t.yaml --quiet -o c.webp ${bad%%:*}
done
check "relief of solids" 2 'flat worlds' "$orrery" render scenarios/mirror_room.yaml --relief -o c.webp
check "unlit solids" 2 'flat worlds' "$orrery" render scenarios/mirror_room.yaml --unlit -o c.webp
check "theme of solids" 2 'flat pictures' "$orrery" render scenarios/mirror_room.yaml --theme pymunk -o c.webp
check "clip into nothing" 2 'no folder nowhere/' "$orrery" render scenarios/push_t.yaml --steps 1 -o nowhere/c.webp
expect "nothing was written" test "$(ls -A)" = "$(printf 'scenarios\nstderr.txt\nstdout.txt')"
# --- recorded episodes ---
cd ..
seen="$orrery render scenarios/push_t.yaml --profile tiny --quiet"
check "a recorded episode" 0 'of [0-9]+ steps of episode 1 ' $seen --data run --episode 1 -o one.webp
check "the same from its folder" 0 'episode 1 ' $seen --data run/data --episode 1 -o same.webp
check "the same from its shard" 0 'episode 1 ' $seen --data run/data/train-00000.h5 --episode 1 -o shard.webp
expect "it is the same" cmp -s one.webp same.webp
expect "and the same again" cmp -s one.webp shard.webp
check "its instant" 0 'step 3 of episode 1' $seen --data run --episode 1 --steps 3 -o three.png
check "another episode" 0 'episode 2 ' $seen --data run --episode 2 -o two.webp
expect "is another" test "$(cmp -s one.webp two.webp; echo $?)" = 1
check "what a shard holds" 2 'holds [0-9]+ to' $seen --data run/data/held-out-00000.h5 --episode 99999 -o c.webp
held=$(sed -n 's/.*holds \([0-9]*\) to.*/\1/p' stderr.txt)
check "one that is held out" 0 "episode $held " $seen --data run --episode "$held" -o held.webp
check "an episode that is not there" 2 'holds no episode 99999' $seen --data run --episode 99999 -o c.webp
check "data that are not there" 1 'nowhere' $seen --data nowhere -o c.webp
check "data of another world" 2 'another world' "$orrery" render scenarios/billiards.yaml --data run -o c.webp
# --- Ctrl-C, and a kill ---
mkdir stop && cd stop
"$orrery" render ../scenarios/mirror_room.yaml --agent random --quality best --quiet -o long.gif >/dev/null 2>&1 &
pid=$!
sleep 1.5
kill -INT $pid
wait $pid
expect "Ctrl-C ends a clip with 130" test $? = 130
expect "Ctrl-C leaves nothing behind" test -z "$(ls -A)"
"$orrery" render ../scenarios/mirror_room.yaml --agent random --quality best --quiet -o long.gif >/dev/null 2>&1 &
pid=$!
sleep 1.5
kill -KILL $pid
wait $pid 2>/dev/null
expect "a kill leaves no half clip" test ! -e long.gif
cd ..
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
full_export() { # FORMAT: leaves nothing behind
  mkdir -p small && mount -t tmpfs -o size=200k tmpfs small || return 77
  "$orrery" export seen --to "$1" -o small/export --quiet
  local code=$?
  [ -z "$(ls small)" ] || echo "left: $(ls small)"
  return $code
}
export -f full_disk full_export
export orrery
if unshare -m true 2>/dev/null || unshare -rm true 2>/dev/null; then
  flags=-m
  unshare -m true 2>/dev/null || flags=-rm
  check "full disk" 1 '(No space left|disk)' unshare $flags bash -c full_disk
  for format in minari robomimic; do
    check "full disk, export to $format" 1 'No space left' unshare $flags bash -c "full_export $format"
    expect "nothing is left of it" test -z "$(grep left: stdout.txt)"
  done
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
