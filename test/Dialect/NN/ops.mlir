// RUN: tacit-opt %s | tacit-opt | FileCheck %s
// RUN: tacit-opt %s -mlir-print-op-generic | tacit-opt | FileCheck %s

// Every operation, printed as it is documented.

// CHECK-LABEL: func.func @constants(
func.func @constants() {
  // CHECK-NEXT: nn.constant dense<[1, 2]> : tensor<2xi64>
  %0 = nn.constant dense<[1, 2]> : tensor<2xi64>
  // CHECK-NEXT: nn.constant dense_resource<blocks.0.fc.weight> : tensor<2xf32>
  %1 = nn.constant dense_resource<"blocks.0.fc.weight"> : tensor<2xf32>
  return
}

// CHECK-LABEL: func.func @unary(
func.func @unary(%x: tensor<2x?xf32>, %i: tensor<4xi64>) {
  // CHECK-NEXT: nn.neg %{{.+}} : tensor<4xi64>
  %0 = nn.neg %i : tensor<4xi64>
  // CHECK-NEXT: nn.abs %{{.+}} : tensor<2x?xf32>
  %1 = nn.abs %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.exp %{{.+}} : tensor<2x?xf32>
  %2 = nn.exp %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.sqrt %{{.+}} : tensor<2x?xf32>
  %3 = nn.sqrt %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.reciprocal %{{.+}} : tensor<2x?xf32>
  %4 = nn.reciprocal %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.tanh %{{.+}} : tensor<2x?xf32>
  %5 = nn.tanh %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.erf %{{.+}} : tensor<2x?xf32>
  %6 = nn.erf %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.sigmoid %{{.+}} : tensor<2x?xf32>
  %7 = nn.sigmoid %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.relu %{{.+}} : tensor<2x?xf32>
  %8 = nn.relu %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.silu %{{.+}} : tensor<2x?xf32>
  %9 = nn.silu %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.mish %{{.+}} : tensor<2x?xf32>
  %mish = nn.mish %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.gelu erf %{{.+}} : tensor<2x?xf32>
  %10 = nn.gelu erf %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.gelu tanh %{{.+}} : tensor<2x?xf32>
  %11 = nn.gelu tanh %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.gelu tanh %{{.+}} {cubic = 4.470000e-02 : f64, scale = 8.000000e-01 : f64} : tensor<2x?xf32>
  %own = nn.gelu tanh %x {scale = 0.8 : f64, cubic = 0.0447 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: nn.silu %{{.+}} {beta = 1.500000e+00 : f64} : tensor<2x?xf32>
  %swish = nn.silu %x {beta = 1.5 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: nn.gelu sigmoid %{{.+}} : tensor<2x?xf32>
  %sigmoid = nn.gelu sigmoid %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.gelu bumblebee %{{.+}} : tensor<2x?xf32>
  %bumblebee = nn.gelu bumblebee %x : tensor<2x?xf32>
  // CHECK-NEXT: nn.cast %{{.+}} : tensor<4xi64> to tensor<4xi1>
  %12 = nn.cast %i : tensor<4xi64> to tensor<4xi1>
  return
}

// CHECK-LABEL: func.func @binary(
func.func @binary(%a: tensor<2x1x3xf32>, %b: tensor<4x3xf32>, %c: tensor<i64>, %m: tensor<3xi1>) {
  // CHECK-NEXT: nn.add %{{.+}}, %{{.+}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %0 = nn.add %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK-NEXT: nn.sub %{{.+}}, %{{.+}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %1 = nn.sub %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK-NEXT: nn.mul %{{.+}}, %{{.+}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %2 = nn.mul %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK-NEXT: nn.div %{{.+}}, %{{.+}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x?x3xf32>
  %3 = nn.div %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x?x3xf32>
  // CHECK-NEXT: nn.pow %{{.+}}, %{{.+}} : (tensor<4x3xf32>, tensor<i64>) -> tensor<4x3xf32>
  %4 = nn.pow %b, %c : (tensor<4x3xf32>, tensor<i64>) -> tensor<4x3xf32>
  // CHECK-NEXT: nn.maximum %{{.+}}, %{{.+}} : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %5 = nn.maximum %b, %b : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK-NEXT: nn.minimum %{{.+}}, %{{.+}} : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %6 = nn.minimum %b, %b : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK-NEXT: nn.compare ge %{{.+}}, %{{.+}} : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %7 = nn.compare ge %c, %c : (tensor<i64>, tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: nn.where %{{.+}}, %{{.+}}, %{{.+}} : (tensor<3xi1>, tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %8 = nn.where %m, %b, %b : (tensor<3xi1>, tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  return
}

// CHECK-LABEL: func.func @norms(
func.func @norms(%x: tensor<2x?x8xf32>, %g: tensor<8xf32>) {
  // CHECK-NEXT: nn.reduce mean %{{.+}} axes = [0, 2] keep_dims : (tensor<2x?x8xf32>) -> tensor<1x?x1xf32>
  %0 = nn.reduce mean %x axes = [0, 2] keep_dims : (tensor<2x?x8xf32>) -> tensor<1x?x1xf32>
  // CHECK-NEXT: nn.reduce max %{{.+}} axes = [] : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  %1 = nn.reduce max %x axes = [] : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.softmax %{{.+}} axis = 1 : tensor<2x?x8xf32>
  %2 = nn.softmax %x axis = 1 : tensor<2x?x8xf32>
  // CHECK-NEXT: nn.layer_norm %{{.+}} scale(%{{.+}}) bias(%{{.+}}) epsilon = 1.000000e+00 : (tensor<2x?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %3 = nn.layer_norm %x scale(%g) bias(%g) epsilon = 1.0 : (tensor<2x?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.layer_norm %{{.+}} bias(%{{.+}}) epsilon = 0.000000e+00 : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %4 = nn.layer_norm %x bias(%g) epsilon = 0.0 : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.rms_norm %{{.+}} scale(%{{.+}}) epsilon = 1.000000e+00 : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %5 = nn.rms_norm %x scale(%g) epsilon = 1.0 : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.rms_norm %{{.+}} epsilon = 1.000000e+00 : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  %6 = nn.rms_norm %x epsilon = 1.0 : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: func.func @products(
func.func @products(%x: tensor<2x?x8xf32>, %w: tensor<8x4xf32>, %b: tensor<4xf32>, %v: tensor<8xf32>, %m: tensor<?x?xi1>, %f: tensor<2x1x?xf32>) {
  // CHECK-NEXT: nn.matmul %{{.+}}, %{{.+}} : (tensor<2x?x8xf32>, tensor<8x4xf32>) -> tensor<2x?x4xf32>
  %0 = nn.matmul %x, %w : (tensor<2x?x8xf32>, tensor<8x4xf32>) -> tensor<2x?x4xf32>
  // CHECK-NEXT: nn.matmul %{{.+}}, %{{.+}} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?xf32>
  %1 = nn.matmul %x, %v : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?xf32>
  // CHECK-NEXT: nn.matmul %{{.+}}, %{{.+}} : (tensor<8xf32>, tensor<8xf32>) -> tensor<f32>
  %2 = nn.matmul %v, %v : (tensor<8xf32>, tensor<8xf32>) -> tensor<f32>
  // CHECK-NEXT: nn.linear %{{.+}}, %{{.+}} bias(%{{.+}}) : (tensor<2x?x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<2x?x4xf32>
  %3 = nn.linear %x, %w bias(%b) : (tensor<2x?x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<2x?x4xf32>
  // CHECK-NEXT: nn.linear %{{.+}}, %{{.+}} : (tensor<8xf32>, tensor<8x4xf32>) -> tensor<4xf32>
  %4 = nn.linear %v, %w : (tensor<8xf32>, tensor<8x4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: nn.attention %{{.+}}, %{{.+}}, %{{.+}} scale = 1.250000e-01 : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  %5 = nn.attention %x, %x, %x scale = 0.125 : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%{{.+}}) scale = 1.250000e-01 fill = -1.000000e+09 : {{.*}}, tensor<?x?xi1>) ->
  %6 = nn.attention %x, %x, %x mask(%m) scale = 0.125 fill = -1.0e+09 : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<?x?xi1>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%{{.+}}) scale = 1.250000e-01 : {{.*}}, tensor<2x1x?xf32>) ->
  %7 = nn.attention %x, %x, %x mask(%f) scale = 0.125 : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x1x?xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%{{.+}}) scale = 1.250000e-01 fill = 0xFF800000 zero_rows : {{.*}}, tensor<?x?xi1>) ->
  %9 = nn.attention %x, %x, %x mask(%m) scale = 0.125 fill = 0xFF800000 zero_rows : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<?x?xi1>) -> tensor<2x?x8xf32>
  %k = nn.slice %x [0, 0, 0] to [1, 9223372036854775807, 8] step [1, 1, 1] : (tensor<2x?x8xf32>) -> tensor<1x?x8xf32>
  // CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} scale = 1.250000e-01 : (tensor<2x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<2x?x8xf32>
  %8 = nn.attention %x, %k, %k scale = 0.125 : (tensor<2x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: func.func @rotary(
func.func @rotary(%x: tensor<2x?x8xf32>, %c: tensor<?x4xf32>, %s: tensor<1x?x4xf32>, %a: tensor<1xf32>) {
  // CHECK-NEXT: nn.rotary %{{.+}}, %{{.+}}, %{{.+}} : (tensor<2x?x8xf32>, tensor<?x4xf32>, tensor<1x?x4xf32>) -> tensor<2x?x8xf32>
  %0 = nn.rotary %x, %c, %s : (tensor<2x?x8xf32>, tensor<?x4xf32>, tensor<1x?x4xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.rotary %{{.+}}, %{{.+}}, %{{.+}} interleaved : (tensor<2x?x8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x?x8xf32>
  %1 = nn.rotary %x, %a, %a interleaved : (tensor<2x?x8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: func.func @movement(
// CHECK-SAME: tensor<2x?x8xf32> {nn.dims = ["", "seq", ""], nn.name = "x"}
// CHECK-SAME: -> (tensor<2x?x8xf32> {nn.name = "y"})
func.func @movement(%x: tensor<2x?x8xf32> {nn.dims = ["", "seq", ""], nn.name = "x"}, %i: tensor<3xi64>, %n: tensor<i64>, %s: tensor<1xi64>)
    -> (tensor<2x?x8xf32> {nn.name = "y"}) {
  // CHECK-NEXT: nn.gather %{{.+}}, %{{.+}} axis = 1 : (tensor<2x?x8xf32>, tensor<3xi64>) -> tensor<2x3x8xf32>
  %0 = nn.gather %x, %i axis = 1 : (tensor<2x?x8xf32>, tensor<3xi64>) -> tensor<2x3x8xf32>
  // CHECK-NEXT: nn.slice %{{.+}} [1, 0, 7] to [2, 9223372036854775807, -1] step [1, 1, -3] : (tensor<2x?x8xf32>) -> tensor<1x?x3xf32>
  %1 = nn.slice %x [1, 0, 7] to [2, 9223372036854775807, -1] step [1, 1, -3] : (tensor<2x?x8xf32>) -> tensor<1x?x3xf32>
  // CHECK-NEXT: nn.dynamic_slice %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}} axes = [1] : {{.*}} -> tensor<2x?x8xf32>
  %2 = nn.dynamic_slice %x, %s, %s, %s axes = [1] : (tensor<2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.concat %{{.+}}, %{{.+}} axis = 1 : (tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  %3 = nn.concat %x, %2 axis = 1 : (tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  // CHECK-NEXT: nn.reshape %{{.+}} : tensor<2x?x8xf32> to tensor<2x?x2x4xf32>
  %4 = nn.reshape %x : tensor<2x?x8xf32> to tensor<2x?x2x4xf32>
  // CHECK-NEXT: nn.dynamic_reshape %{{.+}}, %{{.+}} : (tensor<2x?x8xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  %5 = nn.dynamic_reshape %x, %i : (tensor<2x?x8xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  // CHECK-NEXT: nn.transpose %{{.+}} [1, 0, 2] : (tensor<2x?x8xf32>) -> tensor<?x2x8xf32>
  %6 = nn.transpose %x [1, 0, 2] : (tensor<2x?x8xf32>) -> tensor<?x2x8xf32>
  // CHECK-NEXT: nn.expand %{{.+}} : tensor<i64> to tensor<3xi64>
  %7 = nn.expand %n : tensor<i64> to tensor<3xi64>
  // CHECK-NEXT: nn.dynamic_expand %{{.+}}, %{{.+}} : (tensor<i64>, tensor<3xi64>) -> tensor<?x?x?xi64>
  %8 = nn.dynamic_expand %n, %i : (tensor<i64>, tensor<3xi64>) -> tensor<?x?x?xi64>
  // CHECK-NEXT: nn.shape_of %{{.+}} : (tensor<2x?x8xf32>) -> tensor<3xi64>
  %9 = nn.shape_of %x : (tensor<2x?x8xf32>) -> tensor<3xi64>
  // CHECK-NEXT: nn.range %{{.+}}, %{{.+}}, %{{.+}} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %10 = nn.range %n, %n, %n : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  // CHECK-NEXT: nn.assert_range %{{.+}} from %{{.+}} to %{{.+}}, "what is wrong" : (tensor<3xi64>, tensor<i64>, tensor<i64>) -> tensor<3xi64>
  %11 = nn.assert_range %i from %n to %n, "what is wrong" : (tensor<3xi64>, tensor<i64>, tensor<i64>) -> tensor<3xi64>
  return %2 : tensor<2x?x8xf32>
}

// CHECK-LABEL: module @ready attributes
// CHECK-SAME: nn.interface = #nn.interface<inputs = [<name = "tokens", type = tensor<1x?xi64>, dims = ["", "n"], index_bound = 65>,
// CHECK-SAME: <name = "mask", type = tensor<4xi1>>],
// CHECK-SAME: outputs = [<name = "logits", type = tensor<1x?x65xf32>>], dims = ["n"]>
module @ready attributes {
  nn.interface = #nn.interface<
    inputs = [#nn.tensor<name = "tokens", type = tensor<1x?xi64>, index_bound = 65, dims = ["", "n"]>,
              <name = "mask", type = tensor<4xi1>>],
    dims = ["n"], outputs = [<name = "logits", type = tensor<1x?x65xf32>>]>
} {
}

{-#
  dialect_resources: {
    builtin: {
      "blocks.0.fc.weight": "0x040000000000803f00000040"
    }
  }
#-}
