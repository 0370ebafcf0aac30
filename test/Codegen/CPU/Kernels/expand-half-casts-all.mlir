// RUN: tacit-opt %s --pass-pipeline="builtin.module(func.func(cpu-expand-half-casts), \
// RUN:   convert-scf-to-cf, convert-cf-to-llvm, convert-arith-to-llvm, convert-func-to-llvm, \
// RUN:   reconcile-unrealized-casts)" -o %t
// RUN: mlir-runner %t -e f16 -entry-point-result=i64 | FileCheck %s

// Every number of f16, NaNs with all payloads among them, is extended as the processor
// does it; which of the two ways a program takes makes no difference. The pass leaves
// llvm.fpext alone.
// CHECK: {{^}}0{{$}}

func.func @f16() -> i64 {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %count = arith.constant 65536 : i64
  %wrong = scf.for %i = %c0 to %count step %c1 iter_args(%so_far = %c0) -> i64 : i64 {
    %bits = arith.trunci %i : i64 to i16
    %half = arith.bitcast %bits : i16 to f16
    %ours = arith.extf %half : f16 to f32
    %theirs = llvm.fpext %half : f16 to f32
    %a = arith.bitcast %ours : f32 to i32
    %b = arith.bitcast %theirs : f32 to i32
    %differ = arith.cmpi ne, %a, %b : i32
    %one = arith.extui %differ : i1 to i64
    %sum = arith.addi %so_far, %one : i64
    scf.yield %sum : i64
  }
  return %wrong : i64
}
