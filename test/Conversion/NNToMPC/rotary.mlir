// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s

// The server knows the angles.
// CHECK-LABEL: func.func @halves(
// CHECK: %[[X:.+]] = mpc.add
// CHECK: %[[A:.+]] = mpc.slice %[[X]] [0, 0] to [3, 2] step [1, 1]
// CHECK: %[[B:.+]] = mpc.slice %[[X]] [0, 2] to [3, 4] step [1, 1]
// CHECK: %[[N:.+]] = mpc.neg %[[B]]
// CHECK: mpc.mul %[[A]], %[[C:[^ ]+]] {{.*}}:
// CHECK: mpc.mul %[[B]], %[[C]] {{.*}}:
// CHECK: mpc.mul %[[N]], %[[S:[^ ]+]] {{.*}}:
// CHECK: %[[FIRST:.+]] = mpc.add
// CHECK: mpc.mul %[[A]], %[[S]] {{.*}}:
// CHECK: %[[SECOND:.+]] = mpc.add
// CHECK: %[[R:.+]] = mpc.concat %[[FIRST]], %[[SECOND]] axis = 1
// CHECK: %[[REST:.+]] = mpc.slice %[[X]] [0, 4] to [3, 6] step [1, 1]
// CHECK: mpc.concat %[[R]], %[[REST]] axis = 1
func.func @halves(%x: tensor<3x6xf32>) -> tensor<3x6xf32> {
  %b = nn.constant dense_resource<b> : tensor<6xf32>
  %c = nn.constant dense_resource<c> : tensor<3x2xf32>
  %s = nn.constant dense_resource<s> : tensor<3x2xf32>
  %0 = nn.add %x, %b : (tensor<3x6xf32>, tensor<6xf32>) -> tensor<3x6xf32>
  %1 = nn.rotary %0, %c, %s : (tensor<3x6xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x6xf32>
  return %1 : tensor<3x6xf32>
}

// Pairs side by side: through a dimension of 2.
// CHECK-LABEL: func.func @neighbours(
// CHECK: mpc.slice %{{.+}} [0, 0] to [3, 3] step [1, 2]
// CHECK: mpc.slice %{{.+}} [0, 1] to [3, 4] step [1, 2]
// CHECK: %[[P:.+]] = mpc.concat %{{.+}}, %{{.+}} axis = 2 : (!mpc.share<3x2x1, width = 64, fraction = 18>, !mpc.share<3x2x1, width = 64, fraction = 18>)
// CHECK: mpc.reshape %[[P]] : !mpc.share<3x2x2, width = 64, fraction = 18> to !mpc.share<3x4, width = 64, fraction = 18>
func.func @neighbours(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %c = nn.constant dense_resource<c> : tensor<3x2xf32>
  %s = nn.constant dense_resource<s> : tensor<3x2xf32>
  %0 = nn.add %x, %b : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %1 = nn.rotary %0, %c, %s interleaved : (tensor<3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}
