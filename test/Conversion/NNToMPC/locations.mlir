// RUN: tacit-opt %s -convert-nn-to-mpc -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s

// Reports name operations by the nodes of the model: what a node becomes has its name,
// and a result that of the node that computed it.

// CHECK-LABEL: func.func @main(
// CHECK: mpc.share {{.*}} loc("fc")
// CHECK: mpc.share {{.*}} loc("fc")
// CHECK: mpc.matmul {{.*}} loc("fc")
// CHECK: mpc.truncate {{.*}} loc("fc")
// CHECK: mpc.gelu {{.*}} loc("act")
// CHECK: mpc.reveal {{.*}} loc("act")
func.func @main(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<8x4xf32> loc("fc.weight")
  %0 = nn.linear %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32> loc("fc")
  %1 = nn.gelu erf %0 : tensor<2x4xf32> loc("act")
  return %1 : tensor<2x4xf32> loc("end")
}
