// RUN: tacit-opt %s -nn-quantize-weights="bits=6 group=32 scheme=asymmetric named=true" | FileCheck %s

// Only the sizes are needed: the weight has no bytes, and its parts have none either.
// CHECK-LABEL: func.func @named(
// CHECK: %[[S:.+]] = nn.constant dense_resource<w.scale> : tensor<2x8xf32>
// CHECK: %[[Z:.+]] = nn.constant dense_resource<w.zero_point> : tensor<2x8xi8>
// CHECK: %[[L:.+]] = nn.constant dense_resource<w.low> : tensor<2x8x2x8xi8>
// CHECK: %[[H:.+]] = nn.constant dense_resource<w.high> : tensor<2x8x8xi8>
// CHECK: nn.dequantize bits = 6 scale(%[[S]]) zero_point(%[[Z]]) planes(%[[L]], %[[H]])
// CHECK-SAME: -> tensor<40x8xf32>
func.func @named(%x: tensor<3x40xf32>) -> tensor<3x8xf32> {
  %w = nn.constant dense_resource<w> : tensor<40x8xf32>
  %0 = nn.linear %x, %w : (tensor<3x40xf32>, tensor<40x8xf32>) -> tensor<3x8xf32>
  %1 = nn.relu %0 : tensor<3x8xf32>
  return %1 : tensor<3x8xf32>
}
