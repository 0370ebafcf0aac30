// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s

// c - x is -x + c. A number of the file is the server's, like every other weight.
// CHECK-LABEL: func.func @sums(
// CHECK: %[[X:.+]] = mpc.share %{{.*}} from client
// CHECK: %[[B:.+]] = mpc.share %{{.*}} from server
// CHECK: %[[S:.+]] = mpc.add %[[X]], %[[B]]
// CHECK: %[[N:.+]] = mpc.neg %[[S]]
// CHECK: %[[C:.+]] = mpc.share %{{.*}} from server : tensor<f32>
// CHECK: %[[D:.+]] = mpc.add %[[N]], %[[C]]
// CHECK: %[[E:.+]] = mpc.sub %[[D]], %[[C]]
// CHECK: mpc.sub %[[B]], %[[E]] : (!mpc.share<4, width = 64, fraction = 18>, !mpc.share<2x4, width = 64, fraction = 18>) -> !mpc.share<2x4, width = 64, fraction = 18>
func.func @sums(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %c = nn.constant dense<3.0> : tensor<f32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.sub %c, %0 : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = nn.sub %1, %c : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = nn.sub %b, %2 : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %3 : tensor<2x4xf32>
}

// A square costs half of a product. The divisor's party inverts it before it is shared.
// CHECK-LABEL: func.func @products(
// CHECK: %[[SQUARE:.+]] = mpc.square %[[S:[^ ]+]] {{.*}}: !mpc.share<2x4, width = 64, fraction = 18> to !mpc.share<2x4, width = 64, fraction = 36>
// CHECK: %[[T:.+]] = mpc.truncate %[[SQUARE]]
// CHECK: %[[CUBE:.+]] = mpc.mul %[[S]], %[[T]] {{.*}}:
// CHECK: %[[QUARTER:.+]] = nn.reciprocal %{{.*}} : tensor<f32>
// CHECK: %[[F:.+]] = mpc.share %[[QUARTER]] from server
// CHECK: mpc.mul %{{.*}}, %[[F]]
// CHECK: %[[Q:.+]] = mpc.truncate
// CHECK: %[[I:.+]] = nn.reciprocal %{{.*}} : tensor<4xf32>
// CHECK: %[[SI:.+]] = mpc.share %[[I]] from server
// CHECK: mpc.mul %[[Q]], %[[SI]]
func.func @products(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %three = nn.constant dense<3.0> : tensor<f32>
  %four = nn.constant dense<4.0> : tensor<f32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.pow %0, %three : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %2 = nn.div %1, %four : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = nn.div %2, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %3, %0 : tensor<2x4xf32>, tensor<2x4xf32>
}

// x / sqrt(y) is a product with an inverse root; a sum of exponentials is positive, so
// that it has a reciprocal; a root by itself is y / sqrt(y).
// CHECK-LABEL: func.func @quotients(
// CHECK: %[[E:.+]] = mpc.exp
// CHECK: %[[SUM:.+]] = mpc.sum %[[E]] axes = [1]
// CHECK: %[[R:.+]] = mpc.reciprocal %[[SUM]] {{.*}} : !mpc.share<2x1, width = 64, fraction = 18>
// CHECK: mpc.mul %[[E]], %[[R]]
// CHECK: %[[Y:.+]] = mpc.truncate
// CHECK: %[[I:.+]] = mpc.rsqrt %[[Y]]
// CHECK: mpc.mul %[[Y]], %[[I]]
// CHECK: %[[Z:.+]] = mpc.truncate
// CHECK: %[[J:.+]] = mpc.rsqrt %[[Z]]
// CHECK-NEXT: mpc.mul %[[J]], %[[C:[^ ]+]] {{.*}}: (!mpc.share<2x4, width = 64, fraction = 18>, !mpc.share<scalar, width = 64, fraction = 18>)
func.func @quotients(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %c = nn.constant dense<3.0> : tensor<f32>
  %0 = nn.mul %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %s = nn.mul %0, %c : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = nn.exp %s : tensor<2x4xf32>
  %2 = nn.reduce sum %1 axes = [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %3 = nn.div %1, %2 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %4 = nn.sqrt %3 : tensor<2x4xf32>
  %5 = nn.neg %4 : tensor<2x4xf32>
  %6 = nn.add %5, %4 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %root = nn.sqrt %4 : tensor<2x4xf32>
  %7 = nn.div %c, %root : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %7 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @functions(
// CHECK: mpc.relu
// CHECK-NEXT: mpc.sigmoid
// CHECK-NEXT: mpc.tanh
// CHECK-NEXT: mpc.silu
// CHECK-NEXT: mpc.gelu erf
// CHECK-NEXT: mpc.gelu tanh
// CHECK-NEXT: mpc.gelu puma
// CHECK-NEXT: mpc.gelu bolt
// CHECK-NEXT: mpc.gelu bumblebee
// CHECK-NEXT: mpc.gelu nimbus
// CHECK-NEXT: mpc.gelu quad
// CHECK: %[[SCALED:.+]] = mpc.truncate
// CHECK-NEXT: mpc.sigmoid %[[SCALED]]
func.func @functions(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.relu %0 : tensor<2x4xf32>
  %2 = nn.sigmoid %1 : tensor<2x4xf32>
  %3 = nn.tanh %2 : tensor<2x4xf32>
  %4 = nn.silu %3 : tensor<2x4xf32>
  %5 = nn.gelu erf %4 : tensor<2x4xf32>
  %6 = nn.gelu tanh %5 : tensor<2x4xf32>
  %7 = nn.gelu puma %6 : tensor<2x4xf32>
  %8 = nn.gelu bolt %7 : tensor<2x4xf32>
  %9 = nn.gelu bumblebee %8 : tensor<2x4xf32>
  %10 = nn.gelu nimbus %9 : tensor<2x4xf32>
  %11 = nn.gelu quad %10 : tensor<2x4xf32>
  %12 = nn.gelu sigmoid %11 : tensor<2x4xf32>
  return %12 : tensor<2x4xf32>
}

// The larger and the smaller of two numbers: one comparison each.
// CHECK-LABEL: func.func @bounds(
// CHECK: %[[D:.+]] = mpc.sub %[[X:.+]], %[[LOW:.+]] :
// CHECK: %[[R:.+]] = mpc.relu %[[D]]
// CHECK: %[[M:.+]] = mpc.add %[[R]], %[[LOW]]
// CHECK: %[[E:.+]] = mpc.sub %[[M]], %[[HIGH:.+]] :
// CHECK: %[[S:.+]] = mpc.relu %[[E]]
// CHECK: %[[N:.+]] = mpc.neg %[[S]]
// CHECK: mpc.add %[[N]], %[[M]]
func.func @bounds(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %low = nn.constant dense<[-1.0, -2.0, -3.0, -4.0]> : tensor<4xf32>
  %high = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.maximum %x, %low : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.minimum %0, %high : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// A choice by what both know is local; one by what the client alone knows is a product.
// CHECK-LABEL: func.func @choices(
// CHECK: %[[K:.+]] = mpc.public %{{.*}} as mask : tensor<4xi1>
// CHECK: %[[BITS:.+]] = nn.cast %[[K]]
// CHECK: %[[D:.+]] = mpc.sub %[[X:.+]], %[[Y:.+]] :
// CHECK: %[[P:.+]] = mpc.mul %[[D]], %[[BITS]] : (!mpc.share<2x4, width = 64, fraction = 18>, tensor<4xf32>) -> !mpc.share<2x4, width = 64, fraction = 18>
// CHECK: %[[C:.+]] = mpc.add %[[P]], %[[Y]]
// CHECK: mpc.share %{{.*}} from client : tensor<2x4xf32> to !mpc.share<2x4, width = 64, fraction = 0>
// CHECK: mpc.mul %{{.*}}, %{{.*}} {{.*}}: (!mpc.share<2x4, width = 64, fraction = 18>, !mpc.share<2x4, width = 64, fraction = 0>) -> !mpc.share<2x4, width = 64, fraction = 18>
func.func @choices(%x: tensor<2x4xf32>, %own: tensor<2x4xi1>) -> tensor<2x4xf32> {
  %keep = nn.constant dense<[true, false, true, false]> : tensor<4xi1>
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.mul %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.where %keep, %0, %b : (tensor<4xi1>, tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %2 = nn.where %own, %1, %0 : (tensor<2x4xi1>, tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}
