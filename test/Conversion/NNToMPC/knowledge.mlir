// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>) -> tensor<2x4xf32>
// CHECK-NEXT: %[[W:.+]] = nn.constant dense_resource<w>
// CHECK-NEXT: %[[SX:.+]] = mpc.share %[[X]] from client : tensor<2x8xf32> to !mpc.share<2x8, width = 64, fraction = 18>
// CHECK-NEXT: %[[SW:.+]] = mpc.share %[[W]] from server : tensor<8x4xf32> to !mpc.share<8x4, width = 64, fraction = 18>
// CHECK-NEXT: %[[P:.+]] = mpc.matmul %[[SX]], %[[SW]] {mpc.site = #mpc.site<block = -1, role = other>} : {{.*}} -> !mpc.share<2x4, width = 64, fraction = 36>
// CHECK-NEXT: %[[T:.+]] = mpc.truncate %[[P]] : !mpc.share<2x4, width = 64, fraction = 36> to !mpc.share<2x4, width = 64, fraction = 18>
// CHECK-NEXT: %[[Y:.+]] = mpc.relu %[[T]] {mpc.site = #mpc.site<block = -1, role = other>}
// CHECK-NEXT: %[[R:.+]] = mpc.reveal %[[Y]] to client : !mpc.share<2x4, width = 64, fraction = 18> -> tensor<2x4xf32>
// CHECK-NEXT: return %[[R]]
func.func @main(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<8x4xf32>
  %0 = nn.linear %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  %1 = nn.relu %0 : tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// What follows from inputs alone, and from what both know, is computed by the client, and is
// a result as it is.
// CHECK-LABEL: func.func @client(
// CHECK: %[[ONE:.+]] = mpc.public %{{.*}} as attribute : tensor<f32>
// CHECK-NOT: mpc.
// CHECK: %[[Y:.+]] = nn.sub %[[ONE]]
// CHECK: return %[[Y]]
func.func @client(%mask: tensor<1x4xi64>) -> tensor<1x4xf32> {
  %one = nn.constant {nn.from_attribute} dense<1.0> : tensor<f32>
  %0 = nn.cast %mask : tensor<1x4xi64> to tensor<1x4xf32>
  %1 = nn.sub %one, %0 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// What follows from constants alone is computed by the server, and shared once: rows of
// a table at positions that both know, and weights of few bits.
// CHECK-LABEL: func.func @server(
// CHECK: %[[ROWS:.+]] = nn.gather
// CHECK: %[[W:.+]] = nn.dequantize
// CHECK: %[[SX:.+]] = mpc.share %{{.*}} from client
// CHECK: %[[SR:.+]] = mpc.share %[[ROWS]] from server
// CHECK: %[[S:.+]] = mpc.add %[[SX]], %[[SR]]
// CHECK: mpc.share %[[W]] from server : tensor<8x4xf32>
// CHECK-NOT: = mpc.share
// CHECK: mpc.mul %[[S]], %[[SR]]
// CHECK-NOT: = mpc.share
func.func @server(%x: tensor<4x8xf32>) -> (tensor<4x4xf32>, tensor<4x8xf32>) {
  %table = nn.constant dense_resource<table> : tensor<16x8xf32>
  %positions = nn.constant dense<[0, 1, 2, 3]> : tensor<4xi64>
  %rows = nn.gather %table, %positions axis = 0 : (tensor<16x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
  %scale = nn.constant dense_resource<scale> : tensor<1x4xf32>
  %plane = nn.constant dense<7> : tensor<1x8x4xi8>
  %w = nn.dequantize bits = 8 scale(%scale) planes(%plane) : (tensor<1x4xf32>, tensor<1x8x4xi8>) -> tensor<8x4xf32>
  %0 = nn.add %x, %rows : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.linear %0, %w : (tensor<4x8xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
  %2 = nn.mul %0, %rows : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1, %2 : tensor<4x4xf32>, tensor<4x8xf32>
}

// One number is a weight like a vector of them, unless it follows from an attribute.
// CHECK-LABEL: func.func @numbers(
// CHECK: %[[ALPHA:.+]] = mpc.public %{{.*}} as attribute : tensor<f32>
// CHECK: %[[S:.+]] = mpc.add
// CHECK: %[[HALF:.+]] = mpc.share %{{.*}} from server : tensor<f32>
// CHECK: mpc.mul %[[HALF]], %[[S]]
// CHECK: %[[P:.+]] = mpc.truncate
// CHECK: mpc.mul %[[P]], %[[ALPHA]] : (!mpc.share<2x4, width = 64, fraction = 18>, tensor<f32>) -> !mpc.share<2x4, width = 64, fraction = 36>
// CHECK-NOT: mpc.public
func.func @numbers(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %half = nn.constant dense_resource<half> : tensor<f32>
  %alpha = nn.constant {nn.from_attribute} dense<0.5> : tensor<f32>
  %b = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.mul %half, %0 : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = nn.mul %1, %alpha : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// The client learns results that are the server's by the one way that there is.
// CHECK-LABEL: func.func @result(
// CHECK: %[[S:.+]] = mpc.share %{{.*}} from server
// CHECK: %[[R:.+]] = mpc.reveal %[[S]] to client
// CHECK: return %[[R]]
func.func @result() -> tensor<8xf32> {
  %bias = nn.constant dense_resource<bias> : tensor<8xf32>
  return %bias : tensor<8xf32>
}
