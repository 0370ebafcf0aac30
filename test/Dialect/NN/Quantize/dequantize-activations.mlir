// RUN: tacit-opt %s -nn-dequantize-activations | FileCheck %s

// The example of the pass's documentation.
// CHECK-LABEL: func.func @dynamic(
// CHECK-SAME: %[[X:.+]]: tensor<2x4xf32>)
// CHECK-NEXT: %[[W:.+]] = nn.constant dense<5>
// CHECK-NEXT: %[[F:.+]] = nn.cast %[[W]] : tensor<4x3xi32> to tensor<4x3xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.matmul %[[X]], %[[F]] :
// CHECK-NEXT: return %[[Y]]
func.func @dynamic(%x: tensor<2x4xf32>) -> tensor<2x3xf32> {
  %w = nn.constant dense<5> : tensor<4x3xi32>
  %scale = nn.constant dense<5.000000e-01> : tensor<f32>
  %low = nn.constant dense<-1.280000e+02> : tensor<f32>
  %high = nn.constant dense<1.270000e+02> : tensor<f32>
  %0 = nn.div %x, %scale : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = nn.round %0 : tensor<2x4xf32>
  %2 = nn.maximum %1, %low : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = nn.minimum %2, %high : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = nn.cast %3 : tensor<2x4xf32> to tensor<2x4xi8>
  %5 = nn.cast %4 : tensor<2x4xi8> to tensor<2x4xi32>
  %6 = nn.matmul %5, %w : (tensor<2x4xi32>, tensor<4x3xi32>) -> tensor<2x3xi32>
  %7 = nn.cast %6 : tensor<2x3xi32> to tensor<2x3xf32>
  %y = nn.mul %7, %scale : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// A zero point, a scale that is computed, and one of each column that goes into the weight.
// CHECK-LABEL: func.func @columns(
// CHECK-SAME: %[[X:[^ ]+]]: tensor<2x4xf32>,
// CHECK: %[[F:.+]] = nn.cast %{{.*}} : tensor<4x3xi32> to tensor<4x3xf32>
// CHECK: %[[W:.+]] = nn.mul %[[F]], %{{.*}} : (tensor<4x3xf32>, tensor<3xf32>)
// CHECK-NEXT: %[[Y:.+]] = nn.matmul %[[X]], %[[W]] :
// CHECK-NOT: nn.round
// CHECK: return %[[Y]]
func.func @columns(%x: tensor<2x4xf32>, %s: tensor<f32>, %z: tensor<ui8>) -> tensor<2x3xf32> {
  %w = nn.constant dense<5> : tensor<4x3xi8>
  %columns = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %low = nn.constant dense<0.0> : tensor<f32>
  %high = nn.constant dense<255.0> : tensor<f32>
  %0 = nn.div %x, %s : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = nn.round %0 : tensor<2x4xf32>
  %zf = nn.cast %z : tensor<ui8> to tensor<f32>
  %2 = nn.add %1, %zf : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = nn.maximum %2, %low : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = nn.minimum %3, %high : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %5 = nn.cast %4 : tensor<2x4xf32> to tensor<2x4xui8>
  %6 = nn.cast %5 : tensor<2x4xui8> to tensor<2x4xi32>
  %zi = nn.cast %z : tensor<ui8> to tensor<i32>
  %7 = nn.sub %6, %zi : (tensor<2x4xi32>, tensor<i32>) -> tensor<2x4xi32>
  %wi = nn.cast %w : tensor<4x3xi8> to tensor<4x3xi32>
  %8 = nn.matmul %7, %wi : (tensor<2x4xi32>, tensor<4x3xi32>) -> tensor<2x3xi32>
  %9 = nn.cast %8 : tensor<2x3xi32> to tensor<2x3xf32>
  %10 = nn.mul %s, %columns : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  %y = nn.mul %9, %10 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// A clamp from the zero point on is a ReLU, unless the numbers are not negative anyway.
// CHECK-LABEL: func.func @merged(
// CHECK: %[[R:.+]] = nn.relu %{{.*}}
// CHECK-NOT: nn.relu
// CHECK: return %[[R]]
func.func @merged(%x: tensor<4xf32>) -> tensor<4xf32> {
  %scale = nn.constant dense<0.5> : tensor<f32>
  %low = nn.constant dense<0.0> : tensor<f32>
  %high = nn.constant dense<255.0> : tensor<f32>
  %0 = nn.div %x, %scale : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.round %0 : tensor<4xf32>
  %2 = nn.maximum %1, %low : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.minimum %2, %high : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = nn.cast %3 : tensor<4xf32> to tensor<4xui8>
  %5 = nn.cast %4 : tensor<4xui8> to tensor<4xf32>
  %6 = nn.mul %5, %scale : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %7 = nn.div %6, %scale : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %8 = nn.round %7 : tensor<4xf32>
  %9 = nn.maximum %8, %low : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %10 = nn.minimum %9, %high : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %11 = nn.cast %10 : tensor<4xf32> to tensor<4xui8>
  %12 = nn.cast %11 : tensor<4xui8> to tensor<4xf32>
  %y = nn.mul %12, %scale : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// A convolution, a bias of integers, and a scale for each channel, which goes into the
// weight. The bias is divided by what is left of the scale.
// CHECK-LABEL: func.func @convolution(
// CHECK-SAME: %[[X:.+]]: tensor<1x2x4xf32>)
// CHECK-NOT: nn.round
// CHECK: %[[W:.+]] = nn.mul %{{.*}} : (tensor<3x2x2xf32>, tensor<3x1x1xf32>) -> tensor<3x2x2xf32>
// CHECK: %[[S:.+]] = nn.mul %[[W]], %{{.*}} : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2x2xf32>
// CHECK-NOT: nn.round
// CHECK: nn.conv %[[X]], %[[S]]
// CHECK-SAME: -> tensor<1x3x3xf32>
// CHECK: nn.add
// CHECK-NEXT: return
func.func @convolution(%x: tensor<1x2x4xf32>) -> tensor<1x3x3xf32> {
  %w = nn.constant dense<5> : tensor<3x2x2xi8>
  %bias = nn.constant dense<[[1], [2], [3]]> : tensor<3x1xi32>
  %scale = nn.constant dense<5.000000e-01> : tensor<f32>
  %channels = nn.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %low = nn.constant dense<-1.280000e+02> : tensor<f32>
  %high = nn.constant dense<1.270000e+02> : tensor<f32>
  %0 = nn.div %x, %scale : (tensor<1x2x4xf32>, tensor<f32>) -> tensor<1x2x4xf32>
  %1 = nn.round %0 : tensor<1x2x4xf32>
  %2 = nn.maximum %1, %low : (tensor<1x2x4xf32>, tensor<f32>) -> tensor<1x2x4xf32>
  %3 = nn.minimum %2, %high : (tensor<1x2x4xf32>, tensor<f32>) -> tensor<1x2x4xf32>
  %4 = nn.cast %3 : tensor<1x2x4xf32> to tensor<1x2x4xi8>
  %5 = nn.cast %4 : tensor<1x2x4xi8> to tensor<1x2x4xf64>
  %6 = nn.cast %w : tensor<3x2x2xi8> to tensor<3x2x2xf64>
  %7 = nn.conv %5, %6 strides = [1] pads_low = [0] pads_high = [0] dilations = [1] group = 1
      : (tensor<1x2x4xf64>, tensor<3x2x2xf64>) -> tensor<1x3x3xf64>
  %8 = nn.cast %7 : tensor<1x3x3xf64> to tensor<1x3x3xi32>
  %9 = nn.add %8, %bias : (tensor<1x3x3xi32>, tensor<3x1xi32>) -> tensor<1x3x3xi32>
  %10 = nn.cast %9 : tensor<1x3x3xi32> to tensor<1x3x3xf32>
  %y = nn.mul %10, %channels : (tensor<1x3x3xf32>, tensor<3x1xf32>) -> tensor<1x3x3xf32>
  return %y : tensor<1x3x3xf32>
}

// Integers that leave the function, and a zero point that is another one, stay.
// CHECK-LABEL: func.func @kept(
// CHECK: nn.round
// CHECK: %[[Q:.+]] = nn.cast %{{.*}} to tensor<4xi8>
// CHECK: nn.sub
// CHECK: return %[[Q]],
func.func @kept(%x: tensor<4xf32>) -> (tensor<4xi8>, tensor<4xf32>) {
  %one = nn.constant dense<1.0> : tensor<f32>
  %low = nn.constant dense<-128.0> : tensor<f32>
  %high = nn.constant dense<127.0> : tensor<f32>
  %1 = nn.round %x : tensor<4xf32>
  %2 = nn.maximum %1, %low : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.minimum %2, %high : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = nn.cast %3 : tensor<4xf32> to tensor<4xi8>
  %5 = nn.cast %4 : tensor<4xi8> to tensor<4xf32>
  %6 = nn.sub %5, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %4, %6 : tensor<4xi8>, tensor<4xf32>
}
