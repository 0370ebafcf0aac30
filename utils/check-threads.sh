#!/usr/bin/env bash
# Calls a library from four threads at once and compares every result.
#
#   utils/check-threads.sh DIR [CALLS]           3000 calls a thread unless CALLS says otherwise
#   utils/check-threads.sh --races DIR [CALLS]   the same under ThreadSanitizer: runtime and
#                                                generated code are instrumented
#
# `tacit` and LLVM's programs are found by PATH. Files are written to DIR, which is emptied.
set -eu
races=
if [ "$1" = --races ]; then
  races=1
  shift
fi
folder=$1
calls=${2:-3000}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
rm -rf "$folder"
mkdir -p "$folder"

# Compiles the model; the options tell how.
compile() {
  tacit compile "$root/test/Inputs/language.onnx" -q "$@" -o "$folder/model.so" >/dev/null
}

# Compiles the program with the model's library, and runs it; a failure ends this script.
check() {
  local said
  clang -std=c11 -O1 -Wall -Wextra -Werror -I"$folder" "$root/test/Inputs/threads.c" \
    -o "$folder/threads" -L"$folder" -l:model.so '-Wl,-rpath,$ORIGIN' -pthread
  said=$("$folder/threads" "$calls" "$1")
  echo "$2: $said"
}

if [ -z "$races" ]; then
  compile
  check 1 "openmp, 1 thread each"
  check 2 "openmp, 2 threads each"
  compile --threads-runtime=none
  check 1 none
  exit
fi

compile --threads-runtime=none --dump-phases "$folder/phases"
# clang instruments the functions that have this attribute.
opt -passes=forceattrs -force-attribute=sanitize_thread "$folder/phases/library.ll" \
  -o "$folder/model.bc"
# What the library exports as model_run and so on are other names of its functions.
names=()
for name in init run output_shapes create run_state destroy close describe; do
  names+=("-Dmodel_$name=tacit_$name")
done
runtime=("$root"/lib/Runtime/tacit_{entry,library,runtime,serial,tensors}.c)

# Builds one program of model, runtime and program; the options tell what else.
instrument() {
  clang -std=gnu11 -O1 -g -fsanitize=thread -ffp-contract=off -I"$folder" -I"$root/include" \
    "${names[@]}" "$@" "$root/test/Inputs/threads.c" "${runtime[@]}" "$folder/model.bc" \
    -o "$folder/threads" -lm -pthread
}

instrument
# After a race the exit code is 66.
said=$("$folder/threads" "$calls" 1)
echo "instrumented: $said"

# With one state for all threads, and without the flag that refuses that.
instrument -DSHARE_STATE
"$folder/threads" "$calls" 1 >"$folder/log" 2>&1 || true
if grep -q '#0 bind_dims' "$folder/log" && grep -q '#0 tacit_\(entry\|shapes\)' "$folder/log"; then
  echo "a race on purpose: found in the runtime and in the model"
else
  echo "a race on purpose: not found; see $folder/log"
fi
