// RUN: tacit-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(mpc-annotate-costs))' | FileCheck %s
// RUN: tacit-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(mpc-annotate-costs,mpc-annotate-costs{protocol=crypten}))' | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @relu(
// CHECK: %[[SIGN:.+]] = mpc.is_negative %{{.+}} {mpc.cost = #mpc.cost<total = 6912, to_server = 3456, to_client = 3456, offline = 1792, hops = 8, rounds = 8, start = 0, basis = "formula K6">}
// CHECK: mpc.neg %[[SIGN]] : !mpc.share
// CHECK: mpc.add %{{.+}}, %{{.+}} : (!mpc.share
// CHECK: mpc.mul %{{.+}}, %{{.+}} {mpc.cost = #mpc.cost<total = 512, to_server = 256, to_client = 256, offline = 128, hops = 1, rounds = 1, start = 8, basis = "formula K3">}
func.func @relu(%x: !mpc.share<2x8, width = 64, fraction = 18>, %one: tensor<f32>) -> !mpc.share<2x8, width = 64, fraction = 18> {
  %0 = mpc.is_negative %x : !mpc.share<2x8, width = 64, fraction = 18> to !mpc.share<2x8, width = 64, fraction = 0>
  %1 = mpc.neg %0 : !mpc.share<2x8, width = 64, fraction = 0>
  %2 = mpc.add %1, %one : (!mpc.share<2x8, width = 64, fraction = 0>, tensor<f32>) -> !mpc.share<2x8, width = 64, fraction = 0>
  %y = mpc.mul %x, %2 : (!mpc.share<2x8, width = 64, fraction = 18>, !mpc.share<2x8, width = 64, fraction = 0>) -> !mpc.share<2x8, width = 64, fraction = 18>
  return %y : !mpc.share<2x8, width = 64, fraction = 18>
}

// -----

// What the protocol lets be free says so, a public factor is local under any protocol,
// and the result goes one way.

// CHECK-LABEL: func.func @borders(
// CHECK: mpc.share %{{.+}} from client {mpc.cost = #mpc.cost<total = 0, to_server = 0, to_client = 0, offline = 0, hops = 0, rounds = 0, start = 0, basis = "formula K1">}
// CHECK: mpc.mul %{{.+}}, %{{.+}} : (
// CHECK: mpc.truncate %{{.+}} {mpc.cost = #mpc.cost<total = 0, to_server = 0, to_client = 0, offline = 0, hops = 0, rounds = 0, start = 0, basis = "formula K2">}
// CHECK: mpc.matmul %{{.+}} {mpc.cost = #mpc.cost<total = 256, to_server = 128, to_client = 128, offline = 32, hops = 1, rounds = 1, start = 0, basis = "formula K5">}
// CHECK: mpc.reveal %{{.+}} to client {mpc.cost = #mpc.cost<total = 32, to_server = 0, to_client = 32, offline = 0, hops = 1, rounds = 1, start = 1, basis = "formula K11">}
func.func @borders(%x: tensor<2x4xf32>, %factor: tensor<f32>, %w: !mpc.share<4x2, width = 64, fraction = 8>) -> tensor<2x2xf32> {
  %0 = mpc.share %x from client : tensor<2x4xf32> to !mpc.share<2x4, width = 64, fraction = 8>
  %1 = mpc.mul %0, %factor : (!mpc.share<2x4, width = 64, fraction = 8>, tensor<f32>) -> !mpc.share<2x4, width = 64, fraction = 16>
  %2 = mpc.truncate %1 : !mpc.share<2x4, width = 64, fraction = 16> to !mpc.share<2x4, width = 64, fraction = 8>
  %3 = mpc.matmul %2, %w : (!mpc.share<2x4, width = 64, fraction = 8>, !mpc.share<4x2, width = 64, fraction = 8>) -> !mpc.share<2x2, width = 64, fraction = 16>
  %y = mpc.reveal %3 to client : !mpc.share<2x2, width = 64, fraction = 16> -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
