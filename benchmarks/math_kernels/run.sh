#!/bin/sh
# Accuracy and speed of our exp, erf and tanh against libm's. Arguments go to the
# program: `--stride 1` tries all 2^32 arguments (a quarter of an hour), the default
# every 16th and all of those near a limit (a minute).
#
# TACIT_OPT and LLVM_BIN name other places for the tools.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
opt=${TACIT_OPT:-$here/../../build/bin/tacit-opt}
llvm=${LLVM_BIN:-/usr/lib/llvm-22/bin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$opt" "$here/kernels.mlir" --pass-pipeline='builtin.module(
    func.func(cpu-expand-math), cse, convert-vector-to-llvm, convert-scf-to-cf,
    convert-math-to-llvm, finalize-memref-to-llvm, convert-arith-to-llvm,
    convert-func-to-llvm{use-bare-ptr-memref-call-conv=1}, convert-cf-to-llvm,
    reconcile-unrealized-casts)' -o "$work/kernels.mlir"
"$llvm/mlir-translate" --mlir-to-llvmir "$work/kernels.mlir" -o "$work/kernels.ll"

# The scalar loops must stay scalar to be a second opinion.
compile() {
  "$llvm/clang" -O2 -fno-vectorize -fno-slp-vectorize -Wno-override-module "$1" \
    -c "$work/kernels.ll" -o "$work/$2.o"
  "$llvm/llvm-objcopy" --prefix-symbols="$2_" "$work/$2.o"
}
compile -march=native native
compile -march=x86-64-v3 avx2

"$llvm/clang++" -std=c++17 -O2 -Wall -Wextra "$here/math_kernels.cpp" \
  "$work/native.o" "$work/avx2.o" -lm -o "$work/math_kernels"
"$work/math_kernels" "$@"
