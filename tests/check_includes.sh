#!/bin/bash
# Checks every #include against the table of the rooms (docs/design.md, "The rooms"): static
# libraries do not stop a wrong call, this does.
#   check_includes.sh [folder]      prints file:line of each offence; exit 1 when there is one
#   check_includes.sh --self-check  proves that each rule can fail
set -euo pipefail
export LC_ALL=C

# All offences of the tree in $1, one a line.
offences() (
  cd "$1"
  folders=()
  for folder in base sim data render worldmodel agents eval view cli tests; do
    [ ! -d "$folder" ] || folders+=("$folder")
  done
  find "${folders[@]}" -type f -name '*.[ch]' -print0 | sort -z |
    { xargs -0 -r grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' ||
      [ $? = 123 ]; } | # 123: a file without an include
    awk -f <(rules)
)

rules() {
  cat <<'AWK'
BEGIN {
  allowed["base"] = "base"
  allowed["sim"] = "base sim"
  allowed["data"] = "base data"
  allowed["render"] = "base render"
  allowed["worldmodel"] = "base data worldmodel"
  allowed["agents"] = "base sim data render worldmodel agents"
  allowed["eval"] = allowed["agents"] " eval"
  allowed["view"] = allowed["eval"] " view"
  allowed["cli"] = allowed["view"] " cli"
  count = split(allowed["cli"], names, " ")
  for (i = 1; i <= count; i++) is_room[names[i]] = 1
}
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function offence(why) { printf "%s:%s: \"%s\": %s\n", file, line, header, why }
function check_room(room, in_tests,    parts, target, list) {
  if (header ~ /(^|\/)\.\.?\//) { offence("no relative paths: write \"room/file.h\""); return }
  if (header !~ /\//) return # beside the file itself
  split(header, parts, "/")
  target = parts[1]
  if (in_tests && target == "tests") return
  if (!(target in is_room)) { offence("\"" target "\" is no room"); return }
  # Test folders without a room of their own (fuzz, benchmarks) may use all that have no window.
  list = (room in allowed) ? allowed[room] : allowed["eval"]
  if (room == "render" && header == "sim/scene.h") return
  if (!has(list, target)) offence((in_tests ? "tests/" : "") room " may not include " target)
}
function check_library() {
  if (header ~ /^chipmunk\// && file !~ /^sim\/engine_chipmunk[^\/]*$/)
    offence("Chipmunk belongs to sim/engine_chipmunk*")
  # tests/render/peer_*: programs of their own, that pictures are compared with.
  if (header ~ /^mujoco\// && file != "tests/render/peer_osmesa.c" &&
      file !~ /^(sim\/engine_mujoco|tests\/sim\/test_mujoco)[^\/]*$/)
    offence("MuJoCo belongs to sim/engine_mujoco*")
  if (header ~ /(^|\/)dnnl[^\/]*\.h$/) {
    if (file !~ /^worldmodel\//) offence("oneDNN belongs to worldmodel/")
    else if (dnnl_file != "" && dnnl_file != file) offence("oneDNN is already used by " dnnl_file)
    else dnnl_file = file
  }
  if (header ~ /^(hdf5|hdf5_hl|H5[A-Za-z]*public)\.h$/ && file !~ /^(tests\/)?data\//)
    offence("HDF5 belongs to data/")
  if (header ~ /(^|\/)SDL[^\/]*\.h$/ && file !~ /^(tests\/)?view\//)
    offence("SDL belongs to view/")
  if (header ~ /^(GL|GLES[0-9]*|EGL)\// && file != "tests/render/peer_osmesa.c")
    offence("OpenGL belongs to tests/render/peer_osmesa.c")
  if (header ~ /(^|\/)cairo[^\/]*\.h$/ && file != "tests/render/peer_cairo.c")
    offence("cairo belongs to tests/render/peer_cairo.c")
  if (header ~ /^embree/ && file !~ /^render\/mesh_tree/) offence("Embree belongs to render/mesh_tree")
}
{
  match($0, /^[^:]*:[0-9]+:/)
  place = substr($0, 1, RLENGTH - 1)
  text = substr($0, RLENGTH + 1)
  split(place, parts_of_place, ":")
  file = parts_of_place[1]; line = parts_of_place[2]
  quoted = text ~ /include[ \t]*"/
  header = text
  sub(/^[^"<]*["<]/, "", header)
  sub(/[">].*$/, "", header)
  split(file, path, "/")
  in_tests = path[1] == "tests"
  room = in_tests ? (path[3] == "" ? "" : path[2]) : path[1]
  split(header, first, "/")
  if (quoted || first[1] in is_room) check_room(room, in_tests)
  check_library()
}
AWK
}

# Writes `#include $2` as line 2 of $1; expects an offence there, or none ($3 = fine).
expect() {
  local found
  mkdir -p "$(dirname "$tree/$1")"
  printf '/* a file */\n  #  include %s // x\n' "$2" >"$tree/$1"
  found=$(offences "$tree")
  rm "$tree/$1"
  if [ "$3" = fine ]; then
    [ -z "$found" ] || { echo "wrongly refused: $1 includes $2: $found"; failed=1; }
  else
    [[ "$found" == "$1:2: "* ]] || { echo "not caught: $1 includes $2"; failed=1; }
  fi
}

self_check() {
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' EXIT
  failed=0
  expect base/a.c '"base/error.h"' fine
  expect base/a.c '"a_private.h"' fine
  expect base/a.c '<stdio.h>' fine
  expect base/a.c '"sim/world.h"' caught
  expect base/a.h '<sim/world.h>' caught
  expect base/a.c '"../sim/world.h"' caught
  expect base/a.c '"nowhere/world.h"' caught
  expect sim/a.c '"base/error.h"' fine
  expect sim/a.c '"data/reader.h"' caught
  expect sim/deep/a.c '"data/reader.h"' caught
  expect data/a.c '"sim/world.h"' caught
  expect render/a.c '"sim/scene.h"' fine
  expect render/a.c '"sim/world.h"' caught
  expect worldmodel/a.c '"data/reader.h"' fine
  expect worldmodel/a.c '"sim/scene.h"' caught
  expect worldmodel/a.c '"render/raster.h"' caught
  expect agents/a.c '"worldmodel/model.h"' fine
  expect agents/a.c '"eval/report.h"' caught
  expect eval/a.c '"agents/env.h"' fine
  expect eval/a.c '"view/window.h"' caught
  expect view/a.c '"eval/report.h"' fine
  expect view/a.c '"cli/verbs.h"' caught
  expect cli/a.c '"view/window.h"' fine
  expect tests/sim/a.c '"sim/world.h"' fine
  expect tests/sim/a.c '"tests/sim/helper.h"' fine
  expect tests/sim/a.c '"data/reader.h"' caught
  expect tests/render/a.c '"sim/world.h"' caught
  expect tests/fuzz/a.c '"eval/report.h"' fine
  expect tests/fuzz/a.c '"view/window.h"' caught
  expect sim/engine_chipmunk_arena.c '<chipmunk/chipmunk.h>' fine
  expect sim/world.c '<chipmunk/chipmunk.h>' caught
  expect sim/engine_mujoco.c '<mujoco/mujoco.h>' fine
  expect sim/engine_chipmunk.c '<mujoco/mujoco.h>' caught
  expect tests/render/peer_osmesa.c '<mujoco/mujoco.h>' fine
  expect tests/render/peer_cairo.c '<mujoco/mujoco.h>' caught
  expect tests/render/peer_osmesa.c '<GL/osmesa.h>' fine
  expect render/painter.c '<GL/gl.h>' caught
  expect tests/render/peer_cairo.c '<cairo.h>' fine
  expect view/panel.c '<cairo/cairo.h>' caught
  expect worldmodel/gemm.c '<oneapi/dnnl/dnnl.h>' fine
  expect agents/gemm.c '<dnnl.h>' caught
  expect data/a.c '<hdf5.h>' fine
  expect tests/data/a.c '<hdf5.h>' fine
  expect eval/a.c '<hdf5.h>' caught
  expect view/a.c '<SDL2/SDL.h>' fine
  expect render/a.c '<SDL.h>' caught
  expect render/mesh_tree.c '<embree3/rtcore.h>' fine
  expect render/caster.c '<embree3/rtcore.h>' caught
  mkdir -p "$tree/worldmodel"
  echo '#include <dnnl.h>' >"$tree/worldmodel/a.c"
  expect worldmodel/b.c '<dnnl.h>' caught
  [ $failed = 0 ] && echo "every rule can fail"
  return $failed
}

if [ "${1:-}" = --self-check ]; then
  self_check
else
  root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
  found=$(offences "$root")
  [ -z "$found" ] || { echo "$found"; exit 1; }
fi
