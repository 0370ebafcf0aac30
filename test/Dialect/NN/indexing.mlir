// RUN: tacit-opt %s | tacit-opt | FileCheck %s
// RUN: tacit-opt --mlir-print-op-generic %s | tacit-opt | FileCheck %s

// CHECK-LABEL: func.func @searches(
func.func @searches(%x: tensor<2x8xf32>, %free: tensor<?x8xf32>) {
  // CHECK: nn.arg_reduce max %{{.+}} axis = 1 : (tensor<2x8xf32>) -> tensor<2xi64>
  %0 = nn.arg_reduce max %x axis = 1 : (tensor<2x8xf32>) -> tensor<2xi64>
  // CHECK: nn.arg_reduce min %{{.+}} axis = 1 keep_dims last : (tensor<?x8xf32>) -> tensor<?x1xi64>
  %1 = nn.arg_reduce min %free axis = 1 keep_dims last : (tensor<?x8xf32>) -> tensor<?x1xi64>
  // CHECK: nn.top_k %{{.+}} k = 3 axis = 1 largest : (tensor<2x8xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  %2:2 = nn.top_k %x k = 3 axis = 1 largest : (tensor<2x8xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  // CHECK: nn.cumsum %{{.+}} axis = 0 exclusive reverse : tensor<2x8xf32>
  %3 = nn.cumsum %x axis = 0 exclusive reverse : tensor<2x8xf32>
  return
}

// CHECK-LABEL: func.func @elements(
func.func @elements(%x: tensor<2x8xf32>, %i: tensor<2x3xi64>, %t: tensor<5x1xi64>,
                    %u: tensor<5x8xf32>, %zero: tensor<f32>, %free: tensor<?x8xf32>) {
  // CHECK: nn.gather_elements %{{.+}}, %{{.+}} axis = 1 : (tensor<2x8xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  %0 = nn.gather_elements %x, %i axis = 1 : (tensor<2x8xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  // CHECK: nn.scatter_nd add %{{.+}}, %{{.+}}, %{{.+}} : (tensor<2x8xf32>, tensor<5x1xi64>, tensor<5x8xf32>) -> tensor<2x8xf32>
  %1 = nn.scatter_nd add %x, %t, %u : (tensor<2x8xf32>, tensor<5x1xi64>, tensor<5x8xf32>) -> tensor<2x8xf32>
  // CHECK: nn.pad %{{.+}}, %{{.+}} low = [0, 1] high = [1, -2] : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x7xf32>
  %2 = nn.pad %free, %zero low = [0, 1] high = [1, -2] : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x7xf32>
  return
}

// CHECK-LABEL: func.func @elementwise(
func.func @elementwise(%x: tensor<4xf32>, %b: tensor<4xi1>, %n: tensor<4xi64>) {
  // CHECK: nn.log
  %0 = nn.log %x : tensor<4xf32>
  // CHECK: nn.sin
  %1 = nn.sin %x : tensor<4xf32>
  // CHECK: nn.cos
  %2 = nn.cos %x : tensor<4xf32>
  // CHECK: nn.atan
  %a = nn.atan %x : tensor<4xf32>
  // CHECK: nn.floor
  %3 = nn.floor %x : tensor<4xf32>
  // CHECK: nn.ceil
  %4 = nn.ceil %x : tensor<4xf32>
  // CHECK: nn.round
  %5 = nn.round %x : tensor<4xf32>
  // CHECK: nn.not %{{.+}} : tensor<4xi1>
  %6 = nn.not %b : tensor<4xi1>
  // CHECK: nn.and
  %7 = nn.and %b, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  // CHECK: nn.or
  %8 = nn.or %b, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  // CHECK: nn.xor
  %9 = nn.xor %b, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  // CHECK: nn.mod
  %10 = nn.mod %n, %n : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  // CHECK: nn.reduce prod %{{.+}} axes = [0]
  %11 = nn.reduce prod %n axes = [0] : (tensor<4xi64>) -> tensor<i64>
  return
}
