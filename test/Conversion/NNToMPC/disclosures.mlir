// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s
// RUN: tacit-opt %s -convert-nn-to-mpc -mpc-verify-secrecy -o /dev/null
// RUN: tacit-opt %s -convert-nn-to-mpc -mpc-expand -mpc-verify-secrecy -o /dev/null
// RUN: tacit-opt %s -convert-nn-to-mpc=fraction=16 -mpc-expand=recipe=tacit -mpc-verify-secrecy -o /dev/null
// RUN: tacit-opt %s -convert-nn-to-mpc=public=remap,temperature | FileCheck %s --check-prefix=LISTED

// Constants that are disclosed: those used for shapes, indices and masks alone,
// and only where it needs them.

// BERT's padding: the client's own mask, scaled by what the file says. Positions are read
// by the server, which need not disclose them.
// CHECK-LABEL: func.func @padding(
// CHECK-DAG: mpc.public %{{.*}} as mask "one" : tensor<f32>
// CHECK-DAG: mpc.public %{{.*}} as mask "fill" : tensor<f32>
// CHECK-NOT: as index
// CHECK: mpc.softmax
func.func @padding(%x: tensor<2x4xf32>, %mask: tensor<1x2xi64>) -> tensor<2x4xf32> {
  %one = nn.constant dense<1.0> : tensor<f32> loc("one")
  %fill = nn.constant dense<-1.0e+04> : tensor<f32> loc("fill")
  %table = nn.constant dense_resource<table> : tensor<8x4xf32>
  %positions = nn.constant dense<[0, 1]> : tensor<2xi64> loc("positions")
  %rows = nn.gather %table, %positions axis = 0 : (tensor<8x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  %0 = nn.add %x, %rows : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = nn.cast %mask : tensor<1x2xi64> to tensor<1x2xf32>
  %2 = nn.sub %one, %1 : (tensor<f32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = nn.mul %2, %fill : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %4 = nn.attention %0, %0, %0 mask(%3) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<1x2xf32>) -> tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}

// Positions that the client counts from its own padding, as RoBERTa does.
// CHECK-LABEL: func.func @positions(
// CHECK-DAG: mpc.public %{{.*}} as mask "pad" : tensor<i64>
// CHECK-DAG: mpc.public %{{.*}} as index "first" : tensor<i64>
// CHECK: mpc.one_hot %{{.*}} from client
func.func @positions(%ids: tensor<4xi64>) -> tensor<4x3xf32> {
  %table = nn.constant dense_resource<table> : tensor<8x3xf32>
  %pad = nn.constant dense<1> : tensor<i64> loc("pad")
  %first = nn.constant dense<2> : tensor<i64> loc("first")
  %0 = nn.compare gt %ids, %pad : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1>
  %1 = nn.cast %0 : tensor<4xi1> to tensor<4xi64>
  %2 = nn.cumsum %1 axis = 0 : tensor<4xi64>
  %3 = nn.add %2, %first : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %4 = nn.gather %table, %3 axis = 0 : (tensor<8x3xf32>, tensor<4xi64>) -> tensor<4x3xf32>
  return %4 : tensor<4x3xf32>
}

// A relative bias is added like a mask, and learned: the server shares it.
// CHECK-LABEL: func.func @bias(
// CHECK-NOT: mpc.public
// CHECK: mpc.share %{{.*}} from server : tensor<2x2xf32>
func.func @bias(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<4xf32>
  %bias = nn.constant dense<[[0.5, -0.25], [0.125, 0.5]]> : tensor<2x2xf32>
  %0 = nn.add %x, %w : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.attention %0, %0, %0 mask(%bias) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// What reaches a product as well is the server's, and a user's word goes first.
// CHECK-LABEL: func.func @listed(
// CHECK-NOT: mpc.public
// CHECK: mpc.share %{{.*}} from server : tensor<f32>
// LISTED-LABEL: func.func @listed(
// LISTED: %[[T:.+]] = mpc.public %{{.*}} as listed "temperature" : tensor<f32>
// LISTED: mpc.mul %{{.*}}, %[[T]] : (!mpc.share<2x4, width = 64, fraction = 18>, tensor<f32>)
func.func @listed(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<4xf32>
  %t = nn.constant dense<2.0> : tensor<f32> loc("temperature")
  %0 = nn.add %x, %w : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.mul %0, %t : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// Exporters write a mask once for each layer: equal ones are one, told by the first name.
// CHECK-LABEL: func.func @layers(
// CHECK: %[[MASK:.+]] = mpc.public %{{.*}} as mask "h.0.mask" : tensor<2x2xf32>
// CHECK-NOT: as mask
// CHECK: mpc.softmax %{{.*}} keep(%[[MASK]] :
// CHECK: mpc.softmax %{{.*}} keep(%[[MASK]] :
// CHECK: return
func.func @layers(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<4xf32>
  %m0 = nn.constant dense<[[0.0, -1.0e+09], [0.0, 0.0]]> : tensor<2x2xf32> loc("h.0.mask")
  %m1 = nn.constant dense<[[0.0, -1.0e+09], [0.0, 0.0]]> : tensor<2x2xf32> loc("h.1.mask")
  %0 = nn.add %x, %w : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.attention %0, %0, %0 mask(%m0) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %2 = nn.attention %1, %1, %1 mask(%m1) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// What layers compute from equal masks is computed once. Biases of the server that happen
// to be equal stay two, and a weight of equal elements is an operand like any other.
// CHECK-LABEL: func.func @apart(
// CHECK: nn.sub
// CHECK-NOT: nn.sub
// CHECK: mpc.share %{{.*}} from client : tensor<1x2xf32>
// CHECK-NOT: from client
// CHECK: %[[B:.+]] = mpc.share %{{.*}} from server : tensor<4xf32>
// CHECK: mpc.sub %[[B]]
// CHECK: %[[C:.+]] = mpc.share %{{.*}} from server : tensor<4xf32>
// CHECK: mpc.sub %[[C]]
func.func @apart(%x: tensor<2x4xf32>, %mask: tensor<1x2xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<4xf32>
  %one = nn.constant dense<1.0> : tensor<f32> loc("h.0.one")
  %also = nn.constant dense<1.0> : tensor<f32> loc("h.1.one")
  %fill = nn.constant dense<-1.0e+04> : tensor<f32> loc("fill")
  %b = nn.constant dense<0.0> : tensor<4xf32> loc("b")
  %c = nn.constant dense<0.0> : tensor<4xf32> loc("c")
  %0 = nn.add %x, %w : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = nn.sub %one, %mask : (tensor<f32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = nn.mul %1, %fill : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %3 = nn.attention %0, %0, %0 mask(%2) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<1x2xf32>) -> tensor<2x4xf32>
  %4 = nn.sub %b, %3 : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %5 = nn.sub %also, %mask : (tensor<f32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %6 = nn.mul %5, %fill : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %7 = nn.attention %4, %4, %4 mask(%6) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<1x2xf32>) -> tensor<2x4xf32>
  %8 = nn.sub %c, %7 : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %8 : tensor<2x4xf32>
}
