// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s

// A look-up in the server's table at the client's indices is a product.
// CHECK-LABEL: func.func @embedding(
// CHECK-SAME: %[[IDS:.+]]: tensor<1x4xi64>
// CHECK: %[[TABLE:.+]] = mpc.share %{{.*}} from server : tensor<65x8xf32>
// CHECK: %[[ONES:.+]] = mpc.one_hot %[[IDS]] from client : tensor<1x4xi64> to !mpc.share<1x4x65, width = 64, fraction = 0>
// CHECK: %[[ROWS:.+]] = mpc.matmul %[[ONES]], %[[TABLE]] {mpc.site = #mpc.site<block = -1, role = embedding>} : {{.*}} -> !mpc.share<1x4x8, width = 64, fraction = 18>
// CHECK-NOT: mpc.truncate
// CHECK: mpc.reveal %[[ROWS]]
func.func @embedding(%ids: tensor<1x4xi64>) -> tensor<1x4x8xf32> {
  %table = nn.constant dense_resource<table> : tensor<65x8xf32>
  %0 = nn.gather %table, %ids axis = 0 : (tensor<65x8xf32>, tensor<1x4xi64>) -> tensor<1x4x8xf32>
  return %0 : tensor<1x4x8xf32>
}

// One index, and a table whose rows are matrices.
// CHECK-LABEL: func.func @one_index(
// CHECK: %[[TABLE:.+]] = mpc.reshape %{{.*}} to !mpc.share<5x6, width = 64, fraction = 18>
// CHECK: mpc.one_hot %{{.*}} : tensor<i64> to !mpc.share<5, width = 64, fraction = 0>
// CHECK: %[[ONES:.+]] = mpc.reshape %{{.*}} to !mpc.share<1x5, width = 64, fraction = 0>
// CHECK: mpc.matmul %[[ONES]], %[[TABLE]]
// CHECK: mpc.reshape %{{.*}} : !mpc.share<1x6, width = 64, fraction = 18> to !mpc.share<2x3, width = 64, fraction = 18>
func.func @one_index(%i: tensor<i64>) -> tensor<2x3xf32> {
  %table = nn.constant dense_resource<table> : tensor<5x2x3xf32>
  %0 = nn.gather %table, %i axis = 0 : (tensor<5x2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// At indices that both know a secret is only moved: the last, every other one backwards,
// and some.
// CHECK-LABEL: func.func @selections(
// CHECK: %[[LAST:.+]] = mpc.slice %[[S:.+]] [0, 5, 0] to [2, 6, 4] step [1, 1, 1]
// CHECK: mpc.reshape %[[LAST]] : {{.*}} to !mpc.share<2x4, width = 64, fraction = 18>
// CHECK: mpc.slice %[[S]] [0, 4, 0] to [2, -1, 4] step [1, -2, 1] : {{.*}} to !mpc.share<2x3x4, width = 64, fraction = 18>
// CHECK: %[[A:.+]] = mpc.slice %[[S]] [0, 4, 0] to [2, 5, 4] step [1, 1, 1]
// CHECK: %[[B:.+]] = mpc.slice %[[S]] [0, 2, 0] to [2, 3, 4] step [1, 1, 1]
// CHECK: %[[C:.+]] = mpc.slice %[[S]] [0, 1, 0] to [2, 2, 4] step [1, 1, 1]
// CHECK: mpc.concat %[[A]], %[[B]], %[[C]] axis = 1 :
func.func @selections(%x: tensor<2x6x4xf32>) -> (tensor<2x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) {
  %w = nn.constant dense_resource<w> : tensor<4xf32>
  %0 = nn.add %x, %w : (tensor<2x6x4xf32>, tensor<4xf32>) -> tensor<2x6x4xf32>
  %last = nn.constant dense<-1> : tensor<i64>
  %down = nn.constant dense<[4, 2, 0]> : tensor<3xi64>
  %some = nn.constant dense<[4, 2, 1]> : tensor<3xi64>
  %1 = nn.gather %0, %last axis = 1 : (tensor<2x6x4xf32>, tensor<i64>) -> tensor<2x4xf32>
  %2 = nn.gather %0, %down axis = 1 : (tensor<2x6x4xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  %3 = nn.gather %0, %some axis = 1 : (tensor<2x6x4xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  return %1, %2, %3 : tensor<2x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>
}

// Vectors are matrices of one row or column. The bias is added to the truncated product.
// CHECK-LABEL: func.func @vectors(
// CHECK: %[[ROW:.+]] = mpc.reshape %{{.*}} to !mpc.share<1x8, width = 64, fraction = 18>
// CHECK: %[[P:.+]] = mpc.matmul %[[ROW]]
// CHECK: %[[T:.+]] = mpc.truncate %[[P]]
// CHECK: %[[Y:.+]] = mpc.reshape %[[T]] : {{.*}} to !mpc.share<4, width = 64, fraction = 18>
// CHECK: %[[B:.+]] = mpc.share %{{.*}} from server : tensor<4xf32>
// CHECK: %[[Z:.+]] = mpc.add %[[Y]], %[[B]]
// CHECK: mpc.reshape %[[Z]] : {{.*}} to !mpc.share<1x4, width = 64, fraction = 18>
// CHECK: mpc.reshape %[[Z]] : {{.*}} to !mpc.share<4x1, width = 64, fraction = 18>
// CHECK: mpc.matmul
// CHECK: mpc.reshape %{{.*}} : !mpc.share<1x1, width = 64, fraction = 18> to !mpc.share<scalar, width = 64, fraction = 18>
func.func @vectors(%x: tensor<8xf32>) -> tensor<f32> {
  %w = nn.constant dense_resource<w> : tensor<8x4xf32>
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.linear %x, %w bias(%b) : (tensor<8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.matmul %0, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// Windows that do not overlap are the rows of a matrix: the patches of a picture, and a
// kernel of 1 that skips every other place.
// CHECK-LABEL: func.func @patches(
// CHECK: %[[X:.+]] = mpc.slice %{{.*}} [0, 0, 0, 0] to [1, 3, 4, 4] step [1, 1, 1, 1]
// CHECK: %[[S:.+]] = mpc.reshape %[[X]] : {{.*}} to !mpc.share<1x3x2x2x2x2, width = 64, fraction = 18>
// CHECK: %[[T:.+]] = mpc.transpose %[[S]] [0, 2, 4, 1, 3, 5]
// CHECK: %[[R:.+]] = mpc.reshape %[[T]] : {{.*}} to !mpc.share<1x4x12, width = 64, fraction = 18>
// CHECK: %[[P:.+]] = mpc.matmul %[[R]], %{{.*}} -> !mpc.share<1x4x8, width = 64, fraction = 36>
// CHECK: mpc.add
// CHECK: mpc.transpose %{{.*}} [0, 2, 1]
// CHECK: mpc.slice %{{.*}} [0, 0, 0, 0] to [1, 8, 1, 1] step [1, 1, 2, 2]
func.func @patches(%x: tensor<1x3x5x5xf32>) -> tensor<1x4x1x1xf32> {
  %w = nn.constant dense_resource<w> : tensor<8x3x2x2xf32>
  %b = nn.constant dense_resource<b> : tensor<8xf32>
  %v = nn.constant dense_resource<v> : tensor<4x8x1x1xf32>
  %0 = nn.conv %x, %w bias(%b) strides = [2, 2] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 1 : (tensor<1x3x5x5xf32>, tensor<8x3x2x2xf32>, tensor<8xf32>) -> tensor<1x8x2x2xf32>
  %1 = nn.conv %0, %v strides = [2, 2] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 1 : (tensor<1x8x2x2xf32>, tensor<4x8x1x1xf32>) -> tensor<1x4x1x1xf32>
  return %1 : tensor<1x4x1x1xf32>
}
