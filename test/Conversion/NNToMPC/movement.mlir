// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s

// CHECK-LABEL: func.func @movement(
// CHECK: mpc.reshape %{{.*}} : !mpc.share<4x6, width = 64, fraction = 18> to !mpc.share<4x1x6, width = 64, fraction = 18>
// CHECK: mpc.transpose %{{.*}} [1, 0, 2] : !mpc.share<4x1x6, width = 64, fraction = 18> to !mpc.share<1x4x6, width = 64, fraction = 18>
// CHECK: %[[E:.+]] = mpc.expand %{{.*}} : !mpc.share<1x4x6, width = 64, fraction = 18> to !mpc.share<2x4x6, width = 64, fraction = 18>
// CHECK: %[[S:.+]] = mpc.slice %[[E]] [0, 3, 0] to [2, -1, 6] step [1, -1, 2] : !mpc.share<2x4x6, width = 64, fraction = 18> to !mpc.share<2x4x3, width = 64, fraction = 18>
// A part that the client knows is shared.
// CHECK: %[[P:.+]] = mpc.share %{{.*}} from client : tensor<2x4x1xf32>
// CHECK: mpc.concat %[[S]], %[[P]] axis = 2 : (!mpc.share<2x4x3, width = 64, fraction = 18>, !mpc.share<2x4x1, width = 64, fraction = 18>) -> !mpc.share<2x4x4, width = 64, fraction = 18>
func.func @movement(%x: tensor<4x6xf32>, %past: tensor<2x4x1xf32>) -> tensor<2x4x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<6xf32>
  %0 = nn.add %x, %b : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %1 = nn.reshape %0 : tensor<4x6xf32> to tensor<4x1x6xf32>
  %2 = nn.transpose %1 [1, 0, 2] : (tensor<4x1x6xf32>) -> tensor<1x4x6xf32>
  %3 = nn.expand %2 : tensor<1x4x6xf32> to tensor<2x4x6xf32>
  %4 = nn.slice %3 [0, 3, 0] to [2, -1, 6] step [1, -1, 2] : (tensor<2x4x6xf32>) -> tensor<2x4x3xf32>
  %5 = nn.concat %4, %past axis = 2 : (tensor<2x4x3xf32>, tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  return %5 : tensor<2x4x4xf32>
}
