// RUN: tacit-opt %s -convert-nn-to-mpc -mpc-verify-secrecy | FileCheck %s --implicit-check-not=mpc.public

// Weights of every element type belong to the server. None is disclosed, and each
// product is one of shares.

// CHECK-LABEL: func.func @int32_weight(
// CHECK: %[[W:.+]] = nn.mul %{{.*}}, %{{.*}} : (tensor<8x4xf32>, tensor<f32>)
// CHECK: mpc.share %[[W]] from server : tensor<8x4xf32>
// CHECK: mpc.matmul
func.func @int32_weight(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w32> : tensor<8x4xi32>
  %scale = nn.constant dense<0.1> : tensor<f32>
  %0 = nn.cast %w : tensor<8x4xi32> to tensor<8x4xf32>
  %1 = nn.mul %0, %scale : (tensor<8x4xf32>, tensor<f32>) -> tensor<8x4xf32>
  %2 = nn.linear %x, %1 : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @int64_weight(
// CHECK: mpc.share %{{.*}} from server : tensor<8x4xf32>
func.func @int64_weight(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w64> : tensor<8x4xi64>
  %0 = nn.cast %w : tensor<8x4xi64> to tensor<8x4xf32>
  %1 = nn.matmul %x, %0 : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// A table of 16 bits is widened by the server before anybody picks from it.
// CHECK-LABEL: func.func @int16_table(
// CHECK: %[[T:.+]] = nn.cast %{{.*}} : tensor<16x4xi16> to tensor<16x4xf32>
// CHECK: mpc.share %[[T]] from server : tensor<16x4xf32>
// CHECK: mpc.one_hot %{{.*}} from client
func.func @int16_table(%ids: tensor<3xi64>) -> tensor<3x4xf32> {
  %t = nn.constant dense_resource<t16> : tensor<16x4xi16>
  %0 = nn.gather %t, %ids axis = 0 : (tensor<16x4xi16>, tensor<3xi64>) -> tensor<3x4xi16>
  %1 = nn.cast %0 : tensor<3x4xi16> to tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}

// An embedding of 8 bits is dequantized as a whole, and looked up like one of floats.
// CHECK-LABEL: func.func @int8_table(
// CHECK: %[[F:.+]] = nn.cast %{{.*}} : tensor<16x4xi8> to tensor<16x4xf32>
// CHECK: %[[D:.+]] = nn.sub %[[F]]
// CHECK: %[[S:.+]] = nn.mul %[[D]], %{{.*}} : (tensor<16x4xf32>, tensor<4xf32>)
// CHECK: mpc.share %[[S]] from server
// CHECK-NOT: mpc.mul
func.func @int8_table(%ids: tensor<3xi64>) -> tensor<3x4xf32> {
  %t = nn.constant dense_resource<t8> : tensor<16x4xi8>
  %0 = nn.gather %t, %ids axis = 0 : (tensor<16x4xi8>, tensor<3xi64>) -> tensor<3x4xi8>
  %scale = nn.constant dense<[0.1, 0.2, 0.3, 0.4]> : tensor<4xf32>
  %zero = nn.constant dense<3.0> : tensor<f32>
  %1 = nn.cast %0 : tensor<3x4xi8> to tensor<3x4xf32>
  %2 = nn.sub %1, %zero : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  %3 = nn.mul %2, %scale : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  return %3 : tensor<3x4xf32>
}

// CHECK-LABEL: func.func @int4_weight(
// CHECK: %[[W:.+]] = nn.dequantize bits = 4
// CHECK: mpc.share %[[W]] from server : tensor<8x4xf32>
func.func @int4_weight(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %scale = nn.constant dense<0.5> : tensor<1x4xf32>
  %plane = nn.constant dense<7> : tensor<1x4x4xi8>
  %w = nn.dequantize bits = 4 scale(%scale) planes(%plane) : (tensor<1x4xf32>, tensor<1x4x4xi8>) -> tensor<8x4xf32>
  %0 = nn.linear %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// Truth values that are cast, and that choose between numbers, are binary weights. As
// queries of an attention they reach its scores, too.
// CHECK-LABEL: func.func @boolean_weights(
// CHECK: mpc.share %{{.*}} from server : tensor<8x8xf32>
// CHECK: mpc.share %{{.*}} from server : tensor<8x8xf32>
// CHECK: mpc.matmul {{.*}} role = scores
func.func @boolean_weights(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %q = nn.constant dense_resource<q> : tensor<8x8xi1>
  %k = nn.constant dense_resource<k> : tensor<8x8xi1>
  %one = nn.constant dense<1.0> : tensor<f32>
  %minus = nn.constant dense<-1.0> : tensor<f32>
  %0 = nn.cast %q : tensor<8x8xi1> to tensor<8x8xf32>
  %1 = nn.where %k, %one, %minus : (tensor<8x8xi1>, tensor<f32>, tensor<f32>) -> tensor<8x8xf32>
  %2 = nn.linear %x, %0 : (tensor<2x8xf32>, tensor<8x8xf32>) -> tensor<2x8xf32>
  %3 = nn.linear %x, %1 : (tensor<2x8xf32>, tensor<8x8xf32>) -> tensor<2x8xf32>
  %4 = nn.attention %2, %3, %2 scale = 1.000000e+00 : (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}

// A splat of 8 bits, and a factor of one element that a file holds.
// CHECK-LABEL: func.func @single_values(
// CHECK: mpc.share %{{.*}} from server : tensor<8x4xf32>
// CHECK: mpc.share %{{.*}} from server : tensor<1xf32>
// CHECK: mpc.mul %{{.*}}, %{{.*}} : (!mpc.share<2x4, width = 64, fraction = 18>, !mpc.share<1, width = 64, fraction = 18>)
func.func @single_values(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense<3> : tensor<8x4xi8>
  %factor = nn.constant dense_resource<factor> : tensor<1xf32>
  %0 = nn.cast %w : tensor<8x4xi8> to tensor<8x4xf32>
  %1 = nn.linear %x, %0 : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  %2 = nn.mul %1, %factor : (tensor<2x4xf32>, tensor<1xf32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}
