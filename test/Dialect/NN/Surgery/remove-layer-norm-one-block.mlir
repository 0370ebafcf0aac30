// RUN: tacit-opt %s -nn-remove-layer-norm=sites=0 | FileCheck %s --check-prefix=BLOCK
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=final | FileCheck %s --check-prefix=FINAL

// Without an attention everything up to the last residual sum is block 0.
// BLOCK-LABEL: func.func @no_attention(
// BLOCK-NOT: _norm
// BLOCK: nn.layer_norm %{{.+}} epsilon = 2.0
// FINAL-LABEL: func.func @no_attention(
// FINAL: nn.layer_norm %{{.+}} epsilon = 1.0
// FINAL-NOT: _norm
func.func @no_attention(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %0 = nn.layer_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.linear %0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.add %x, %1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = nn.layer_norm %2 epsilon = 2.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// A bias is not a residual, not even a reshaped one.
// BLOCK-LABEL: func.func @bias(
// BLOCK: nn.layer_norm
// FINAL-LABEL: func.func @bias(
// FINAL-NOT: nn.layer_norm
func.func @bias(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %b = nn.constant dense<1.0> : tensor<1x8xf32>
  %0 = nn.reshape %b : tensor<1x8xf32> to tensor<8xf32>
  %1 = nn.layer_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = nn.add %0, %1 : (tensor<8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// A cached key is a result of the function and is read by the attention: the
// attention counts.
// BLOCK-LABEL: func.func @cache(
// BLOCK-NOT: nn.layer_norm
// FINAL-LABEL: func.func @cache(
// FINAL: nn.layer_norm
func.func @cache(%x: tensor<1x8xf32>, %past: tensor<?x8xf32>) -> (tensor<1x8xf32>, tensor<?x8xf32>) {
  %0 = nn.layer_norm %x epsilon = 1.0 : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %1 = nn.concat %past, %0 axis = 0 : (tensor<?x8xf32>, tensor<1x8xf32>) -> tensor<?x8xf32>
  %2 = nn.attention %x, %1, %1 scale = 1.0 : (tensor<1x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<1x8xf32>
  return %2, %1 : tensor<1x8xf32>, tensor<?x8xf32>
}
