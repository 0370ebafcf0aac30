// RUN: tacit-opt %s -nn-replace-activation=sites=1 | FileCheck %s
// RUN: tacit-opt %s -nn-replace-activation=sites=1 --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tacit-opt %s -nn-remove-layer-norm -nn-replace-activation=sites=1 | FileCheck %s

// One in each block, and one in a pooler behind them.
// CHECK: nn.gelu erf
// CHECK: nn.relu
// CHECK: nn.gelu erf
// REMARK: [Missed] replace-activation | Category:surgery | Function=blocks | Reason="block 0: gelu erf is not among the sites"
// REMARK: [Passed] replace-activation | Category:surgery | Function=blocks | Remark="block 1: gelu erf becomes relu"
// REMARK: [Missed] replace-activation | Category:surgery | Function=blocks | Reason="final: gelu erf is not among the sites"
func.func @blocks(%x: tensor<4x8xf32>) -> tensor<8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %0 = nn.layer_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.attention %0, %0, %0 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = nn.gelu erf %1 : tensor<4x8xf32>
  %3 = nn.add %x, %2 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = nn.attention %3, %3, %3 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %5 = nn.add %3, %4 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %6 = nn.layer_norm %5 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %7 = nn.gelu erf %6 : tensor<4x8xf32>
  %8 = nn.linear %7, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %9 = nn.add %8, %5 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %10 = nn.reduce mean %9 axes = [0] : (tensor<4x8xf32>) -> tensor<8xf32>
  %11 = nn.gelu erf %10 : tensor<8xf32>
  return %11 : tensor<8xf32>
}
