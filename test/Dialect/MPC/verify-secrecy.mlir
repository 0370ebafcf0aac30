// RUN: tacit-opt %s -mpc-verify-secrecy=public=factor -split-input-file | FileCheck %s

// The first function is the example of the pass's documentation. It stays as it is.

// CHECK-LABEL: func.func @main(
// CHECK: mpc.share {{.*}} from client
// CHECK: mpc.share {{.*}} from server
// CHECK: mpc.matmul
// CHECK: mpc.truncate
// CHECK: mpc.reveal {{.*}} to client
func.func @main(%x: tensor<2x4xf32>) -> tensor<2x3xf32> {
  %w = nn.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [0.0, 1.0, 0.0]]> : tensor<4x3xf32>
  %0 = mpc.share %x from client : tensor<2x4xf32> to !mpc.share<2x4, width = 64, fraction = 18>
  %1 = mpc.share %w from server : tensor<4x3xf32> to !mpc.share<4x3, width = 64, fraction = 18>
  %2 = mpc.matmul %0, %1 : (!mpc.share<2x4, width = 64, fraction = 18>, !mpc.share<4x3, width = 64, fraction = 18>) -> !mpc.share<2x3, width = 64, fraction = 36>
  %3 = mpc.truncate %2 : !mpc.share<2x3, width = 64, fraction = 36> to !mpc.share<2x3, width = 64, fraction = 18>
  %y = mpc.reveal %3 to client : !mpc.share<2x3, width = 64, fraction = 18> -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// A row of a table that the client chooses, computation on one side alone, numbers that
// belong to the architecture, a mask that both know, and a share of what was revealed.
// CHECK-LABEL: func.func @main(
// CHECK: mpc.one_hot
func.func @main(%ids: tensor<2xi64>, %x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %table = nn.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %number = nn.constant {nn.from_attribute} dense<0.5> : tensor<f32>
  %half = mpc.public %number as attribute : tensor<f32>
  %offsets = nn.constant dense<[0, 1]> : tensor<2xi64>
  %rows = mpc.public %offsets as index : tensor<2xi64>
  %mask = nn.constant dense<[[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]> : tensor<2x3xf32>
  %keep = mpc.public %mask as mask : tensor<2x3xf32>
  %scaled = nn.mul %table, %half : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %factor = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32> loc("factor")
  %known = mpc.public %factor as listed "factor" : tensor<3xf32>
  %input = nn.mul %x, %known : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %chosen = nn.add %ids, %rows : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %0 = mpc.one_hot %chosen from client : tensor<2xi64> to !mpc.share<2x2, width = 64, fraction = 0>
  %1 = mpc.share %scaled from server : tensor<2x3xf32> to !mpc.share<2x3, width = 64, fraction = 18>
  %2 = mpc.matmul %0, %1 : (!mpc.share<2x2, width = 64, fraction = 0>, !mpc.share<2x3, width = 64, fraction = 18>) -> !mpc.share<2x3, width = 64, fraction = 18>
  %3 = mpc.share %input from client : tensor<2x3xf32> to !mpc.share<2x3, width = 64, fraction = 18>
  %4 = mpc.add %2, %3 : (!mpc.share<2x3, width = 64, fraction = 18>, !mpc.share<2x3, width = 64, fraction = 18>) -> !mpc.share<2x3, width = 64, fraction = 18>
  %5 = mpc.softmax %4 keep(%keep : tensor<2x3xf32>) axis = 1 : !mpc.share<2x3, width = 64, fraction = 18>
  %6 = mpc.reveal %5 to client : !mpc.share<2x3, width = 64, fraction = 18> -> tensor<2x3xf32>
  %7 = mpc.share %6 from client : tensor<2x3xf32> to !mpc.share<2x3, width = 64, fraction = 18>
  %8 = mpc.relu %7 : !mpc.share<2x3, width = 64, fraction = 18>
  %y = mpc.reveal %8 to client : !mpc.share<2x3, width = 64, fraction = 18> -> tensor<2x3xf32>
  return %6, %y : tensor<2x3xf32>, tensor<2x3xf32>
}
