// RUN: tacit-opt %s -convert-nn-to-mpc -split-input-file | FileCheck %s

// A causal mask is known to both: it says what the softmax keeps. Heads that share it
// share that too.
// CHECK-LABEL: func.func @causal(
// CHECK-DAG: %[[KEEP:.+]] = nn.constant dense<{{\[}}[1.000000e+00, 0.000000e+00], [1.000000e+00, 1.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[PUBLIC:.+]] = mpc.public %[[KEEP]] as mask : tensor<2x2xf32>
// CHECK: %[[K:.+]] = mpc.transpose %[[S:.+]] [0, 2, 1]
// CHECK: %[[QK:.+]] = mpc.matmul %[[S]], %[[K]] {mpc.site = #mpc.site<block = 0, role = scores>} : {{.*}} -> !mpc.share<3x2x2, width = 64, fraction = 36>
// CHECK: %[[T:.+]] = mpc.truncate %[[QK]]
// CHECK: %[[HALF:.+]] = mpc.public %{{.*}} as attribute "attention" : tensor<f32>
// CHECK: mpc.mul %[[T]], %[[HALF]]
// CHECK: %[[SCORES:.+]] = mpc.truncate
// CHECK: %[[W:.+]] = mpc.softmax %[[SCORES]] keep(%[[PUBLIC]] : tensor<2x2xf32>) axis = 2 {mpc.site = #mpc.site<block = 0, role = other>} : !mpc.share<3x2x2, width = 64, fraction = 18>
// CHECK: %[[Y:.+]] = mpc.matmul %[[W]], %[[S]] {mpc.site = #mpc.site<block = 0, role = values>}
// CHECK: mpc.truncate %[[Y]]
// CHECK: mpc.softmax %{{.*}} keep(%[[PUBLIC]] : tensor<2x2xf32>)
func.func @causal(%x: tensor<3x2x4xf32>) -> tensor<3x2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<3x2x4xf32>, tensor<4xf32>) -> tensor<3x2x4xf32>
  %mask = nn.constant dense<[[true, false], [true, true]]> : tensor<2x2xi1>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 5.000000e-01 fill = -1.000000e+09 : (tensor<3x2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x4xf32>, tensor<2x2xi1>) -> tensor<3x2x4xf32>
  %2 = nn.add %0, %1 : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
  %3 = nn.attention %2, %2, %2 mask(%mask) scale = 5.000000e-01 fill = -1.000000e+09 : (tensor<3x2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x4xf32>, tensor<2x2xi1>) -> tensor<3x2x4xf32>
  return %3 : tensor<3x2x4xf32>
}

// -----

// The same as numbers that are added. A scale of 1 is not a product.
// CHECK-LABEL: func.func @added(
// CHECK: %[[P:.+]] = mpc.public %{{.*}} as mask : tensor<2x2xf32>
// CHECK: mpc.matmul
// CHECK-NEXT: %[[T:.+]] = mpc.truncate
// CHECK-NEXT: mpc.softmax %[[T]] keep(%[[P]] : tensor<2x2xf32>) axis = 1
func.func @added(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %mask = nn.constant dense<[[0.0, -1.0e+04], [0.0, 0.0]]> : tensor<2x2xf32>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// One that leaves every score is none.
// CHECK-LABEL: func.func @all(
// CHECK-NOT: mpc.public
// CHECK: mpc.softmax %{{.*}} axis = 1
func.func @all(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %mask = nn.constant dense<true> : tensor<2x2xi1>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 1.000000e+00 fill = -1.000000e+09 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xi1>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// A mask without its bytes, as in a model without weights: it is known all the same.
// CHECK-LABEL: func.func @unread(
// CHECK: %[[M:.+]] = mpc.public %{{.*}} as mask "lost" : tensor<2x2xi1>
// CHECK: %[[P:.+]] = nn.cast %[[M]] : tensor<2x2xi1> to tensor<2x2xf32>
// CHECK: mpc.softmax %{{.*}} keep(%[[P]] : tensor<2x2xf32>) axis = 1
func.func @unread(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %mask = nn.constant dense_resource<lost> : tensor<2x2xi1>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 1.000000e+00 fill = -1.000000e+09 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xi1>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// Padding that only the client knows: it limits the numbers and shares them, once.
// CHECK-LABEL: func.func @padding(
// CHECK-SAME: %{{.*}}: tensor<2x4xf32>, %[[MASK:.+]]: tensor<1x2xf32>, %[[BOOL:.+]]: tensor<1x2xi1>
// CHECK: %[[C:.+]] = nn.constant {nn.from_attribute} dense<-6.400000e+01> : tensor<f32>
// CHECK: %[[LEAST:.+]] = mpc.public %[[C]] as attribute "attention" : tensor<f32>
// CHECK: %[[LIMITED:.+]] = nn.maximum %[[MASK]], %[[LEAST]]
// CHECK: %[[BIAS:.+]] = mpc.share %[[LIMITED]] from client : tensor<1x2xf32>
// CHECK: %[[SUM:.+]] = mpc.add %{{.*}}, %[[BIAS]] : (!mpc.share<2x2, width = 64, fraction = 18>, !mpc.share<1x2, width = 64, fraction = 18>)
// CHECK: mpc.softmax %[[SUM]] axis = 1
// CHECK: mpc.add %{{.*}}, %[[BIAS]]
// CHECK: %[[ZERO:.+]] = mpc.public %{{.*}} as attribute "attention" : tensor<f32>
// CHECK: %[[CHOSEN:.+]] = nn.where %[[BOOL]], %[[ZERO]], %[[LEAST]]
// CHECK: mpc.share %[[CHOSEN]] from client
func.func @padding(%x: tensor<2x4xf32>, %mask: tensor<1x2xf32>, %bool: tensor<1x2xi1>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<1x2xf32>) -> tensor<2x4xf32>
  %2 = nn.attention %1, %1, %1 mask(%mask) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<1x2xf32>) -> tensor<2x4xf32>
  %3 = nn.attention %2, %2, %2 mask(%bool) scale = 1.000000e+00 fill = -1.000000e+09 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<1x2xi1>) -> tensor<2x4xf32>
  return %3 : tensor<2x4xf32>
}

// -----

// Distances as biases: numbers that only the server knows.
// CHECK-LABEL: func.func @biases(
// CHECK: %[[LIMITED:.+]] = nn.maximum
// CHECK: mpc.share %[[LIMITED]] from server : tensor<2x2xf32>
func.func @biases(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %mask = nn.constant dense<[[0.0, -0.5], [-0.5, 0.0]]> : tensor<2x2xf32>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// A fill of which something is left: scores are chosen, by both for a mask that both know.
// CHECK-LABEL: func.func @small_fill(
// CHECK: %[[K:.+]] = nn.cast %{{.*}} : tensor<2x2xi1> to tensor<2x2xf32>
// CHECK: %[[P:.+]] = mpc.mul %{{.*}}, %[[K]] : (!mpc.share<2x2, width = 64, fraction = 18>, tensor<2x2xf32>) -> !mpc.share<2x2, width = 64, fraction = 18>
// CHECK: %[[S:.+]] = mpc.add %[[P]], %{{.*}} : (!mpc.share<2x2, width = 64, fraction = 18>, tensor<f32>)
// CHECK: mpc.softmax %[[S]] axis = 1
func.func @small_fill(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %mask = nn.constant dense<[[true, false], [true, true]]> : tensor<2x2xi1>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 1.000000e+00 fill = -1.000000e+01 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xi1>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}
