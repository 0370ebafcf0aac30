// RUN: tacit-opt %s -nn-fold-linear | FileCheck %s
// RUN: tacit-opt %s -nn-fold-linear --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK --implicit-check-not=Passed

// REMARK: [Missed] fold-linear | Category:surgery | Function=shared | Reason="final: something else reads the first product"
// CHECK-LABEL: func.func @shared(
// CHECK-COUNT-2: nn.linear
func.func @shared(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = nn.linear %0, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// REMARK: Function=computed | Reason="final: the second weight is computed, not constant"
// CHECK-LABEL: func.func @computed(
// CHECK-COUNT-2: nn.linear
func.func @computed(%x: tensor<2xf32>, %v: tensor<2x2xf32>) -> tensor<2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = nn.linear %0, %v : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// REMARK: Function=computed_bias | Reason="final: the first bias is computed, not constant"
// CHECK-LABEL: func.func @computed_bias(
// CHECK-COUNT-2: nn.linear
func.func @computed_bias(%x: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w bias(%b) : (tensor<2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = nn.linear %0, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// A bottleneck is cheaper than what it computes.
// REMARK: Function=bottleneck | Reason="final: 4x4 is larger than 4x1 and 1x4"
// CHECK-LABEL: func.func @bottleneck(
// CHECK-COUNT-2: nn.linear
func.func @bottleneck(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w1 = nn.constant dense<1.0> : tensor<4x1xf32>
  %w2 = nn.constant dense<1.0> : tensor<1x4xf32>
  %0 = nn.linear %x, %w1 : (tensor<4xf32>, tensor<4x1xf32>) -> tensor<1xf32>
  %1 = nn.linear %0, %w2 : (tensor<1xf32>, tensor<1x4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// REMARK: Function=between | Reason="final: nn.gelu stands between"
// CHECK-LABEL: func.func @between(
// CHECK-COUNT-2: nn.linear
func.func @between(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = nn.gelu erf %0 : tensor<2xf32>
  %2 = nn.linear %1, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %2 : tensor<2xf32>
}

// A residual sum separates two layers by design, and is not a near miss.
// REMARK-NOT: Function=residual
// CHECK-LABEL: func.func @residual(
// CHECK-COUNT-2: nn.linear
func.func @residual(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = nn.add %0, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = nn.linear %1, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %2 : tensor<2xf32>
}

// REMARK: Function=halves | Reason="final: the elements are not f32"
// CHECK-LABEL: func.func @halves(
// CHECK-COUNT-2: nn.linear
func.func @halves(%x: tensor<2xf16>) -> tensor<2xf16> {
  %w = nn.constant dense<1.0> : tensor<2x2xf16>
  %0 = nn.linear %x, %w : (tensor<2xf16>, tensor<2x2xf16>) -> tensor<2xf16>
  %1 = nn.linear %0, %w : (tensor<2xf16>, tensor<2x2xf16>) -> tensor<2xf16>
  return %1 : tensor<2xf16>
}

// REMARK: Function=multiplier | Reason="final: a product is not exact"
// CHECK-LABEL: func.func @multiplier(
// CHECK-COUNT-2: nn.linear
func.func @multiplier(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = nn.constant dense<1.0> : tensor<2x2xf32>
  %0 = nn.linear %x, %w multiplier(<lmul>) : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = nn.linear %0, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// Each type agrees with its neighbour, and not with the one after: a free dimension
// says nothing. First the columns of the first weight, then the rows of the input.
// REMARK: Function=columns | Reason="final: the dimensions of the two layers contradict each other"
// CHECK-LABEL: func.func @columns(
// CHECK-COUNT-2: nn.linear
func.func @columns(%x: tensor<2x2xf32>) -> tensor<2x3xf32> {
  %w1 = nn.constant dense<1.0> : tensor<2x4xf32>
  %w2 = nn.constant dense<1.0> : tensor<3x3xf32>
  %0 = nn.linear %x, %w1 : (tensor<2x2xf32>, tensor<2x4xf32>) -> tensor<2x?xf32>
  %1 = nn.linear %0, %w2 : (tensor<2x?xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
// REMARK: Function=rows | Reason="final: the dimensions of the two layers contradict each other"
func.func @rows(%x: tensor<2x2xf32>) -> tensor<3x2xf32> {
  %w = nn.constant dense<1.0> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = nn.linear %0, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// One number that would fill a terabyte, and one whose size no 64 bits can say.
// REMARK: Function=splat | Reason="final: the first weight is a splat of too many elements"
// REMARK: Function=splat | Reason="final: the second weight is a splat of too many elements"
func.func @splat(%x: tensor<16384000xf32>) -> tensor<1099511627776xf32> {
  %w1 = nn.constant dense<1.0> : tensor<16384000x16384000xf32>
  %w2 = nn.constant dense<1.0> : tensor<16384000x1xf32>
  %w3 = nn.constant dense<1.0> : tensor<1x1xf32>
  %w4 = nn.constant dense<1.0> : tensor<1x1099511627776xf32>
  %0 = nn.linear %x, %w1 : (tensor<16384000xf32>, tensor<16384000x16384000xf32>) -> tensor<16384000xf32>
  %1 = nn.linear %0, %w2 : (tensor<16384000xf32>, tensor<16384000x1xf32>) -> tensor<1xf32>
  %2 = nn.relu %1 : tensor<1xf32>
  %3 = nn.linear %2, %w3 : (tensor<1xf32>, tensor<1x1xf32>) -> tensor<1xf32>
  %4 = nn.linear %3, %w4 : (tensor<1xf32>, tensor<1x1099511627776xf32>) -> tensor<1099511627776xf32>
  return %4 : tensor<1099511627776xf32>
}

// REMARK: Function=sparse | Reason="final: the first weight is not a dense constant"
func.func @sparse(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w1 = nn.constant sparse<[[0, 0]], [1.0]> : tensor<2x2xf32>
  %w2 = nn.constant dense<1.0> : tensor<2x2xf32>
  %0 = nn.linear %x, %w1 : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = nn.linear %0, %w2 : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// RUN: tacit-opt %s -nn-fold-linear=sites=0 --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=SITES
// SITES: Function=elsewhere | Reason="final: not among the sites"
// REMARK: Function=elsewhere | Reason="final: 2x2 is larger than 2x0 and 0x2"
func.func @elsewhere(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w1 = nn.constant dense<1.0> : tensor<2x0xf32>
  %w2 = nn.constant dense<1.0> : tensor<0x2xf32>
  %0 = nn.linear %x, %w1 : (tensor<2xf32>, tensor<2x0xf32>) -> tensor<0xf32>
  %1 = nn.linear %0, %w2 : (tensor<0xf32>, tensor<0x2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
