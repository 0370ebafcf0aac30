// RUN: tacit-opt %s -nn-fold-linear | FileCheck %s
// RUN: tacit-opt %s -nn-fold-linear --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @fold(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x2xf32>
// CHECK-DAG: %[[W:.+]] = nn.constant dense<{{\[\[}}5.000000e+00], [1.100000e+01]]> : tensor<2x1xf32>
// CHECK-DAG: %[[B:.+]] = nn.constant dense<-1.000000e+00> : tensor<1xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.linear %[[X]], %[[W]] bias(%[[B]]) : (tensor<?x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] fold-linear | Category:surgery | Function=fold | Remark="final: 2x2 and 2x1 become 2x1"
func.func @fold(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %w1 = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b1 = nn.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %w2 = nn.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = nn.linear %x, %w1 bias(%b1) : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %y = nn.linear %0, %w2 : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

// Both weights transposed, the second by way of another shape; a bias of the second
// alone stays as it is. [1 2 3] by [[1 4] [2 5] [3 6]] is [14 32].
// CHECK-LABEL: func.func @transposed(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x1xf32>
// CHECK-DAG: %[[W:.+]] = nn.constant dense<{{\[\[}}1.400000e+01, 3.200000e+01]]> : tensor<1x2xf32>
// CHECK-DAG: %[[B:.+]] = nn.constant dense<[7.000000e+00, 8.000000e+00]> : tensor<2xf32>
// CHECK: %[[Y:.+]] = nn.linear %[[X]], %[[W]] bias(%[[B]])
// CHECK-NEXT: return %[[Y]]
func.func @transposed(%x: tensor<2x1xf32>) -> tensor<2x2xf32> {
  %c1 = nn.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %c2 = nn.constant dense<[[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]> : tensor<2x1x3xf32>
  %b2 = nn.constant dense<[7.0, 8.0]> : tensor<2xf32>
  %w1 = nn.transpose %c1 [1, 0] : (tensor<3x1xf32>) -> tensor<1x3xf32>
  %t2 = nn.transpose %c2 [1, 2, 0] : (tensor<2x1x3xf32>) -> tensor<1x3x2xf32>
  %w2 = nn.reshape %t2 : tensor<1x3x2xf32> to tensor<3x2xf32>
  %0 = nn.linear %x, %w1 : (tensor<2x1xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %y = nn.linear %0, %w2 bias(%b2) : (tensor<2x3xf32>, tensor<3x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// Three in a row: the first two alone would become larger (4x4 from 4x1 and 1x4); the
// last two fold, and then all.
// CHECK-LABEL: func.func @chain(
// CHECK-SAME: %[[X:[^:]+]]: tensor<4xf32>
// CHECK-DAG: %[[W:.+]] = nn.constant dense<{{\[\[}}1.800000e+01], [3.600000e+01], [5.400000e+01], [7.200000e+01]]> : tensor<4x1xf32>
// CHECK-DAG: %[[B:.+]] = nn.constant dense<4.800000e+01> : tensor<1xf32>
// CHECK: %[[Y:.+]] = nn.linear %[[X]], %[[W]] bias(%[[B]])
// CHECK-NEXT: return %[[Y]]
// REMARK: Function=chain | Remark="final: 1x4 and 4x1 become 1x1"
// REMARK: Function=chain | Remark="final: 4x1 and 1x1 become 4x1"
// REMARK-NOT: Function=chain
func.func @chain(%x: tensor<4xf32>) -> tensor<1xf32> {
  %w1 = nn.constant dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
  %b1 = nn.constant dense<1.0> : tensor<1xf32>
  %w2 = nn.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %b2 = nn.constant dense<[1.0, 1.0, 1.0, 2.0]> : tensor<4xf32>
  %w3 = nn.constant dense<[[1.0], [2.0], [3.0], [1.0]]> : tensor<4x1xf32>
  %b3 = nn.constant dense<22.0> : tensor<1xf32>
  %0 = nn.linear %x, %w1 bias(%b1) : (tensor<4xf32>, tensor<4x1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %1 = nn.linear %0, %w2 bias(%b2) : (tensor<1xf32>, tensor<1x4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = nn.linear %1, %w3 bias(%b3) : (tensor<4xf32>, tensor<4x1xf32>, tensor<1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

// Sums in double: 2^25 + 1 - 2^25 is 1, and in single precision it would be 0.
// CHECK-LABEL: func.func @sums(
// CHECK: nn.constant dense<1.000000e+00> : tensor<1x1xf32>
func.func @sums(%x: tensor<1xf32>) -> tensor<1xf32> {
  %w1 = nn.constant dense<[[33554432.0, 1.0, -33554432.0]]> : tensor<1x3xf32>
  %w2 = nn.constant dense<1.0> : tensor<3x1xf32>
  %0 = nn.linear %x, %w1 : (tensor<1xf32>, tensor<1x3xf32>) -> tensor<3xf32>
  %y = nn.linear %0, %w2 : (tensor<3xf32>, tensor<3x1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

// A product of two billion rows without elements is soon done.
// CHECK-LABEL: func.func @no_columns(
// CHECK: nn.linear %{{.+}}, %{{.+}} : (tensor<1x2147483647xf32>, tensor<2147483647x0xf32>)
// CHECK-NEXT: return
func.func @no_columns(%x: tensor<1x2147483647xf32>) -> tensor<1x0xf32> {
  %w1 = nn.constant dense<> : tensor<2147483647x0xf32>
  %w2 = nn.constant dense<> : tensor<0x0xf32>
  %0 = nn.linear %x, %w1 : (tensor<1x2147483647xf32>, tensor<2147483647x0xf32>) -> tensor<1x0xf32>
  %y = nn.linear %0, %w2 : (tensor<1x0xf32>, tensor<0x0xf32>) -> tensor<1x0xf32>
  return %y : tensor<1x0xf32>
}

// Only what is among the sites: the first block's pair, not the pooler's.
// RUN: tacit-opt %s -nn-fold-linear=sites=blocks | FileCheck %s --check-prefix=BLOCKS
// BLOCKS-LABEL: func.func @places(
// BLOCKS: nn.linear
// BLOCKS: nn.add
// BLOCKS: nn.linear
// BLOCKS: nn.linear
// BLOCKS-NOT: nn.linear
// REMARK: Function=places | Remark="block 0: 2x2 and 2x2 become 2x2"
// REMARK: Function=places | Remark="final: 2x2 and 2x2 become 2x2"
func.func @places(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = nn.linear %0, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %2 = nn.add %1, %x : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %3 = nn.linear %2, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %4 = nn.linear %3, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  return %4 : tensor<3x2xf32>
}
