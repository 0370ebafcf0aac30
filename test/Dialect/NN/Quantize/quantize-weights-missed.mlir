// RUN: tacit-opt %s -nn-quantize-weights="bits=4 group=2 scheme=asymmetric" --remarks-filter=quantize 2>&1 | FileCheck %s
// RUN: tacit-opt %s -nn-quantize-weights="bits=4 group=2 head=int8" | FileCheck %s --check-prefix=INT8
// RUN: tacit-opt %s -nn-quantize-weights="bits=4 group=2 head=same" | FileCheck %s --check-prefix=SAME

// Layers that stay as they are, each with its reason, and the head.

// CHECK: [Missed] quantize-weights | Category:quantize | Function=head | Reason="this is the output layer; head=int8 or head=same quantizes it"
// INT8-LABEL: func.func @head(
// INT8: nn.dequantize bits = 8
// SAME-LABEL: func.func @head(
// SAME: nn.dequantize bits = 4
func.func @head(%x: tensor<1x2xf32>) -> tensor<1x1x2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %shape = nn.constant dense<[1, 1, 2]> : tensor<3xi64>
  %0 = nn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %y = nn.reshape %0 : tensor<1x2xf32> to tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=computed | Reason="the weight is computed; expected a constant"
func.func @computed(%x: tensor<3x2xf32>, %w: tensor<2x2xf32>) -> tensor<3x2xf32> {
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %y = nn.relu %0 : tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=half | Reason="the weight is tensor<2x2xf16>; expected f32 and known dimensions"
func.func @half(%x: tensor<3x2xf16>) -> tensor<3x2xf16> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf16>
  %0 = nn.linear %x, %w : (tensor<3x2xf16>, tensor<2x2xf16>) -> tensor<3x2xf16>
  %y = nn.relu %0 : tensor<3x2xf16>
  return %y : tensor<3x2xf16>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=quantized | Reason="the weight is already quantized"
func.func @quantized(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %s = nn.constant dense<1.0> : tensor<1x1xf32>
  %l = nn.constant dense<[[[17]]]> : tensor<1x1x1xi8>
  %w = nn.dequantize bits = 4 scale(%s) planes(%l) : (tensor<1x1xf32>, tensor<1x1x1xi8>) -> tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  %y = nn.relu %0 : tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=powers | Reason="the weight already consists of powers of two"
func.func @powers(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %c = nn.constant dense<64> : tensor<1x2x1xi8>
  %w = nn.powers_of_two %c : tensor<1x2x1xi8> to tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  %y = nn.relu %0 : tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=infinite | Reason="a weight is not finite, or the range of a group is beyond f32"
func.func @infinite(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %w = nn.constant dense<[[1.0], [0x7F800000]]> : tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  %y = nn.relu %0 : tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=wide | Reason="a weight is not finite, or the range of a group is beyond f32"
func.func @wide(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %w = nn.constant dense<[[3.0e38], [-3.0e38]]> : tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  %y = nn.relu %0 : tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// Nothing to quantize, and more than can be: both are a line of text.
// CHECK: [Missed] quantize-weights | {{.*}}Function=empty | Reason="the weight has no elements"
func.func @empty(%x: tensor<3x2xf32>) -> tensor<3x0xf32> {
  %w = nn.constant dense<> : tensor<2x0xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x0xf32>) -> tensor<3x0xf32>
  %y = nn.relu %0 : tensor<3x0xf32>
  return %y : tensor<3x0xf32>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=huge | Reason="the weight is large, and repeats one number"
func.func @huge(%x: tensor<3x1000000xf32>) -> tensor<3x1000000xf32> {
  %w = nn.constant dense<1.0> : tensor<1000000x1000000xf32>
  %0 = nn.linear %x, %w : (tensor<3x1000000xf32>, tensor<1000000x1000000xf32>) -> tensor<3x1000000xf32>
  %y = nn.relu %0 : tensor<3x1000000xf32>
  return %y : tensor<3x1000000xf32>
}

// CHECK: [Missed] quantize-weights | {{.*}}Function=sparse | Reason="the weight is not written as a dense constant"
func.func @sparse(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = nn.constant sparse<[[0, 0], [1, 1]], [1.0, 2.0]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %y = nn.relu %0 : tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
