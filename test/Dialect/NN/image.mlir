// RUN: tacit-opt %s | tacit-opt | FileCheck %s
// RUN: tacit-opt %s -mlir-print-op-generic | tacit-opt | FileCheck %s

// Every attribute is printed, flags only where they are set.

// CHECK-LABEL: func.func @conv(
func.func @conv(%x: tensor<1x3x32x32xf32>, %w: tensor<64x3x4x4xf32>, %b: tensor<64xf32>,
                %signal: tensor<?x4x?xf32>, %taps: tensor<6x2x3xf32>) {
  // CHECK-NEXT: nn.conv %{{.+}}, %{{.+}} bias(%{{.+}}) strides = [4, 4] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 1 : {{.*}} -> tensor<1x64x8x8xf32>
  %0 = nn.conv %x, %w bias(%b) strides = [4, 4] pads_low = [0, 0] pads_high = [0, 0]
       dilations = [1, 1] group = 1
      : (tensor<1x3x32x32xf32>, tensor<64x3x4x4xf32>, tensor<64xf32>) -> tensor<1x64x8x8xf32>
  // Two channels a group; what is free stays free.
  // CHECK-NEXT: nn.conv %{{.+}}, %{{.+}} strides = [1] pads_low = [2] pads_high = [0] dilations = [2] group = 2
  %1 = nn.conv %signal, %taps strides = [1] pads_low = [2] pads_high = [0] dilations = [2]
       group = 2 : (tensor<?x4x?xf32>, tensor<6x2x3xf32>) -> tensor<?x6x?xf32>
  return
}

// CHECK-LABEL: func.func @pool(
func.func @pool(%x: tensor<2x3x8x8xf32>, %i: tensor<1x2x5xui8>) {
  // CHECK-NEXT: nn.pool max %{{.+}} kernel = [3] strides = [2] pads_low = [1] pads_high = [1] dilations = [1] : (tensor<1x2x5xui8>) -> tensor<1x2x3xui8>
  %0 = nn.pool max %i kernel = [3] strides = [2] pads_low = [1] pads_high = [1] dilations = [1]
      : (tensor<1x2x5xui8>) -> tensor<1x2x3xui8>
  // CHECK-NEXT: nn.pool avg %{{.+}} dilations = [1, 1] ceil count_include_pad : {{.*}} -> tensor<2x3x4x3xf32>
  %1 = nn.pool avg %x kernel = [3, 3] strides = [2, 3] pads_low = [0, 1] pads_high = [0, 0]
       dilations = [1, 1] ceil count_include_pad : (tensor<2x3x8x8xf32>) -> tensor<2x3x4x3xf32>
  // No window starts in the padding behind the input: the fifth would.
  // CHECK-NEXT: nn.pool max {{.*}} ceil : {{.*}} -> tensor<2x3x4x8xf32>
  %2 = nn.pool max %x kernel = [2, 1] strides = [2, 1] pads_low = [0, 0] pads_high = [1, 0]
       dilations = [1, 1] ceil : (tensor<2x3x8x8xf32>) -> tensor<2x3x4x8xf32>
  return
}
