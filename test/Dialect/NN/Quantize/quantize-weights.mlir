// RUN: tacit-opt %s -nn-quantize-weights="bits=4 group=4" | FileCheck %s
// RUN: tacit-opt %s -nn-quantize-weights="bits=4 group=4" --remarks-filter=quantize 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tacit-opt %s -nn-quantize-weights="bits=6 group=4 scheme=asymmetric" | FileCheck %s --check-prefix=SIX

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @quantize(
// CHECK-SAME: %[[X:.+]]: tensor<?x4xf32>
// CHECK-NEXT: %[[S:.+]] = nn.constant dense<{{\[\[}}1.000000e+00, 5.000000e-01]]> : tensor<1x2xf32>
// CHECK-NEXT: %[[L:.+]] = nn.constant dense<{{\[\[\[}}31, -117], [-118, -10]]]> : tensor<1x2x2xi8>
// CHECK-NEXT: %[[W:.+]] = nn.dequantize bits = 4 scale(%[[S]]) planes(%[[L]]) : (tensor<1x2xf32>, tensor<1x2x2xi8>) -> tensor<4x2xf32>
// CHECK-NEXT: %[[P:.+]] = nn.linear %[[X]], %[[W]] : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
// CHECK-NEXT: nn.relu %[[P]]
// REMARK: [Passed] quantize-weights | Category:quantize | Function=quantize | Remark="4x2 in 4 bits, symmetric, group 4, relative error 3.69e-02"

// Six bits: a plane of low and one of high bits, and zero points.
// SIX-LABEL: func.func @quantize(
// SIX-NEXT: %[[S:.+]] = nn.constant {{.*}} : tensor<1x2xf32>
// SIX-NEXT: %[[Z:.+]] = nn.constant dense<{{\[\[}}32, 14]]> : tensor<1x2xi8>
// SIX-NEXT: %[[L:.+]] = nn.constant {{.*}} : tensor<1x1x2x2xi8>
// SIX-NEXT: %[[H:.+]] = nn.constant {{.*}} : tensor<1x1x2xi8>
// SIX-NEXT: nn.dequantize bits = 6 scale(%[[S]]) zero_point(%[[Z]]) planes(%[[L]], %[[H]])
func.func @quantize(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = nn.constant dense<[[7.0, 1.5], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
  %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = nn.relu %0 : tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// A weight that was stored transposed gives the same integers, and the bias stays.
// CHECK-LABEL: func.func @transposed(
// CHECK: dense<{{\[\[\[}}31, -117], [-118, -10]]]> : tensor<1x2x2xi8>
// CHECK-NOT: nn.transpose
// CHECK: nn.linear %{{.+}}, %{{.+}} bias(%{{.+}})
func.func @transposed(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %c = nn.constant dense<[[7.0, -7.0, 2.0, 0.4], [1.5, 0.0, -1.0, 3.5]]> : tensor<2x4xf32>
  %b = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %w = nn.transpose %c [1, 0] : (tensor<2x4xf32>) -> tensor<4x2xf32>
  %0 = nn.linear %x, %w bias(%b) : (tensor<3x4xf32>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %y = nn.relu %0 : tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// One weight, two layers: one dequantized matrix. Its table is still read as floats by
// the look-up, so the constant stays.
// CHECK-LABEL: func.func @shared(
// CHECK: %[[C:.+]] = nn.constant {{.*}} : tensor<4x4xf32>
// CHECK: nn.gather %[[C]]
// CHECK: %[[W:.+]] = nn.dequantize
// CHECK: nn.linear %{{.+}}, %[[W]]
// CHECK-NOT: nn.dequantize
// CHECK: nn.linear %{{.+}}, %[[W]]
// CHECK-NOT: nn.dequantize
// REMARK-COUNT-2: [Passed] quantize-weights | Category:quantize | Function=shared | Remark="4x4
func.func @shared(%i: tensor<3xi64>) -> tensor<3x4xf32> {
  %c = nn.constant dense<[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]> : tensor<4x4xf32>
  %x = nn.gather %c, %i axis = 0 : (tensor<4x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  %0 = nn.linear %x, %c : (tensor<3x4xf32>, tensor<4x4xf32>) -> tensor<3x4xf32>
  %1 = nn.linear %0, %c : (tensor<3x4xf32>, tensor<4x4xf32>) -> tensor<3x4xf32>
  %y = nn.relu %1 : tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// Six inputs are two groups of 4; the last two levels, 8, stand for zero.
// CHECK-LABEL: func.func @last_group(
// CHECK: nn.constant dense<{{\[\[\[}}-8], [-8]], {{\[\[}}-113], [-120]]]> : tensor<2x2x1xi8>
// CHECK: nn.dequantize bits = 4 {{.*}} : (tensor<2x1xf32>, tensor<2x2x1xi8>) -> tensor<6x1xf32>
func.func @last_group(%x: tensor<3x6xf32>) -> tensor<3x1xf32> {
  %w = nn.constant dense<[[0.0], [7.0], [0.0], [7.0], [1.0], [0.0]]> : tensor<6x1xf32>
  %0 = nn.linear %x, %w : (tensor<3x6xf32>, tensor<6x1xf32>) -> tensor<3x1xf32>
  %y = nn.relu %0 : tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}
