// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s

// Scale and bias are the server's, and operations of their own; so is a bias that repeats
// one number.
// CHECK-LABEL: func.func @layer_norm(
// CHECK: %[[N:.+]] = mpc.layer_norm %{{.*}} epsilon = 9.99999974E-6 {mpc.site = #mpc.site<block = -1, role = other>} : !mpc.share<2x4, width = 64, fraction = 18>
// CHECK-NEXT: %[[G:.+]] = mpc.share %{{.*}} from server : tensor<4xf32>
// CHECK-NEXT: %[[P:.+]] = mpc.mul %[[N]], %[[G]] {{.*}}:{{.*}} -> !mpc.share<2x4, width = 64, fraction = 36>
// CHECK-NEXT: %[[T:.+]] = mpc.truncate %[[P]]
// CHECK-NEXT: %[[ZERO:.+]] = mpc.share %{{.*}} from server : tensor<4xf32>
// CHECK-NEXT: mpc.add %[[T]], %[[ZERO]]
func.func @layer_norm(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %g = nn.constant dense_resource<g> : tensor<4xf32>
  %b = nn.constant dense<0.0> : tensor<4xf32>
  %0 = nn.layer_norm %x scale(%g) bias(%b) epsilon = 1.0e-05 : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @rms_norm(
// CHECK: %[[N:.+]] = mpc.rms_norm
// CHECK: mpc.mul %[[N]]
func.func @rms_norm(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %g = nn.constant dense_resource<g> : tensor<4xf32>
  %0 = nn.rms_norm %x scale(%g) epsilon = 1.0e-05 : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @softmax(
// CHECK: mpc.softmax %{{.*}} axis = 0 {{.*}} : !mpc.share<2x4, width = 64, fraction = 18>
func.func @softmax(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %g = nn.constant dense_resource<g> : tensor<4xf32>
  %0 = nn.add %x, %g : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.softmax %0 axis = 0 : tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @reductions(
// CHECK: %[[SUM:.+]] = mpc.sum %[[S:.+]] axes = [0, 2] : !mpc.share<2x3x4, width = 64, fraction = 18> to !mpc.share<1x3x1, width = 64, fraction = 18>
// CHECK: nn.constant {nn.from_attribute} dense<1.250000e-01>
// CHECK: mpc.mul %[[SUM]], %{{.*}} : {{.*}} -> !mpc.share<1x3x1, width = 64, fraction = 36>
// CHECK: mpc.reshape %{{.*}} to !mpc.share<3, width = 64, fraction = 18>
// CHECK: %[[M:.+]] = mpc.max %[[S]] axis = 0 {{.*}} to !mpc.share<1x3x4, width = 64, fraction = 18>
// CHECK: mpc.max %[[M]] axis = 2 {{.*}} to !mpc.share<1x3x1, width = 64, fraction = 18>
// CHECK: %[[N:.+]] = mpc.neg %[[S]]
// CHECK: %[[L:.+]] = mpc.max %[[N]] axis = 1
// CHECK: mpc.neg %[[L]]
func.func @reductions(%x: tensor<2x3x4xf32>) -> (tensor<3xf32>, tensor<1x3x1xf32>, tensor<2x4xf32>) {
  %g = nn.constant dense_resource<g> : tensor<4xf32>
  %0 = nn.add %x, %g : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  %1 = nn.reduce mean %0 axes = [0, 2] : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %2 = nn.reduce max %0 axes = [0, 2] keep_dims : (tensor<2x3x4xf32>) -> tensor<1x3x1xf32>
  %3 = nn.reduce min %0 axes = [1] : (tensor<2x3x4xf32>) -> tensor<2x4xf32>
  return %1, %2, %3 : tensor<3xf32>, tensor<1x3x1xf32>, tensor<2x4xf32>
}
