// RUN: tacit-opt %s -nn-set-multiplier="kind=shift_add terms=2" | FileCheck %s
// RUN: tacit-opt %s -nn-set-multiplier="kind=shift_add terms=2" --remarks-filter=multiplier 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// 0.75 is 2^-1 + 2^-2 (codes 63 and 62), -7 is -2^3 + 2^0 (67 with the sign bit, 64).
// CHECK-LABEL: func.func @constant(
// CHECK-NEXT: %[[C:.+]] = nn.constant dense<{{\[\[\[}}63], [-61]], {{\[\[}}62], [64]]]> : tensor<2x2x1xi8>
// CHECK-NEXT: %[[W:.+]] = nn.powers_of_two %[[C]] : tensor<2x2x1xi8> to tensor<2x1xf32>
// CHECK-NEXT: nn.linear %{{.+}}, %[[W]] multiplier(<shift_add, terms = 2>)
// REMARK: [Passed] multiplier | Category:multiplier | Function=constant | Remark="2x1 as 2 signed powers of two, relative error 0.00e+00"
func.func @constant(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %w = nn.constant dense<[[0.75], [-7.0]]> : tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  %y = nn.relu %0 : tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// Weights 3 and 0 in 4 bits, at a scale of 0.25: 0.75 and 0.
// CHECK-LABEL: func.func @quantized(
// CHECK-NEXT: %[[C:.+]] = nn.constant dense<{{\[\[\[}}63], [0]], {{\[\[}}62], [0]]]> : tensor<2x2x1xi8>
// CHECK-NOT: nn.dequantize
func.func @quantized(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %s = nn.constant dense<0.25> : tensor<1x1xf32>
  %l = nn.constant dense<[[[0x8B]]]> : tensor<1x1x1xi8>
  %w = nn.dequantize bits = 4 scale(%s) planes(%l) : (tensor<1x1xf32>, tensor<1x1x1xi8>) -> tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  %y = nn.relu %0 : tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// A transposed weight, used twice; the head stays exact and keeps the constant.
// CHECK-LABEL: func.func @shared(
// CHECK: %[[C:.+]] = nn.constant {{.*}} : tensor<2x2x2xi8>
// CHECK: %[[P:.+]] = nn.powers_of_two %[[C]]
// CHECK: nn.linear %{{.+}}, %[[P]] multiplier(<shift_add, terms = 2>)
// CHECK-NEXT: nn.linear %{{.+}}, %[[P]] multiplier(<shift_add, terms = 2>)
// CHECK-NEXT: nn.linear %{{.+}}, %{{.+}} : (tensor<3x2xf32>, tensor<2x2xf32>)
// REMARK: [Missed] multiplier | Category:multiplier | Function=shared | Reason="this is the output layer, which stays exact"
func.func @shared(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %c = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %w = nn.transpose %c [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = nn.linear %0, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %2 = nn.linear %1, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  return %2 : tensor<3x2xf32>
}

// REMARK: [Missed] multiplier | {{.*}}Function=missed | Reason="has no constant weight to decompose"
// REMARK: [Missed] multiplier | {{.*}}Function=missed | Reason="the weight is computed; expected a constant"
// REMARK: [Missed] multiplier | {{.*}}Function=missed | Reason="the weight already consists of powers of two"
// REMARK: [Missed] multiplier | {{.*}}Function=missed | Reason="a weight is not finite"
// CHECK-LABEL: func.func @missed(
// CHECK-NOT: multiplier(<
func.func @missed(%x: tensor<2x2xf32>, %w: tensor<2x2xf32>) -> tensor<2x1xf32> {
  %c = nn.constant dense<64> : tensor<1x2x2xi8>
  %p = nn.powers_of_two %c : tensor<1x2x2xi8> to tensor<2x2xf32>
  %i = nn.constant dense<[[1.0], [0x7F800000]]> : tensor<2x1xf32>
  %0 = nn.matmul %x, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.linear %0, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.linear %1, %p : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = nn.linear %2, %i : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = nn.relu %3 : tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}
