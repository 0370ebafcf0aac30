// Reductions, orders and running sums.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}6 functions

func.func @reduce(%x: tensor<2x3xf32> {test.value = dense<[[1.0, 2.0, 3.0], [4.0, -5.0, 6.0]]> : tensor<2x3xf32>})
    -> (tensor<2xf32> {test.expected = dense<[6.0, 5.0]> : tensor<2xf32>},
        tensor<1x3xf32> {test.expected = dense<[[2.5, -1.5, 4.5]]> : tensor<1x3xf32>},
        tensor<f32> {test.expected = dense<6.0> : tensor<f32>},
        tensor<2xf32> {test.expected = dense<[1.0, -5.0]> : tensor<2xf32>},
        tensor<3xf32> {test.expected = dense<[4.0, -10.0, 18.0]> : tensor<3xf32>}) {
  %0 = nn.reduce sum %x axes = [1] : (tensor<2x3xf32>) -> tensor<2xf32>
  %1 = nn.reduce mean %x axes = [0] keep_dims : (tensor<2x3xf32>) -> tensor<1x3xf32>
  %2 = nn.reduce max %x axes = [0, 1] : (tensor<2x3xf32>) -> tensor<f32>
  %3 = nn.reduce min %x axes = [1] : (tensor<2x3xf32>) -> tensor<2xf32>
  %4 = nn.reduce prod %x axes = [0] : (tensor<2x3xf32>) -> tensor<3xf32>
  return %0, %1, %2, %3, %4 : tensor<2xf32>, tensor<1x3xf32>, tensor<f32>, tensor<2xf32>, tensor<3xf32>
}

func.func @reduce_nothing(%x: tensor<2x0xf32>)
    -> (tensor<2xf32> {test.expected = dense<0.0> : tensor<2xf32>},
        tensor<2xf32> {test.expected = dense<0xFF800000> : tensor<2xf32>}) {
  %0 = nn.reduce sum %x axes = [1] : (tensor<2x0xf32>) -> tensor<2xf32>
  %1 = nn.reduce max %x axes = [1] : (tensor<2x0xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// The first of equal ones, or the last.
func.func @arg_reduce(%x: tensor<2x4xf32> {test.value = dense<[[1.0, 7.0, 7.0, 2.0], [0.0, -1.0, 0.0, -1.0]]> : tensor<2x4xf32>})
    -> (tensor<2xi64> {test.expected = dense<[1, 0]> : tensor<2xi64>},
        tensor<2xi64> {test.expected = dense<[2, 2]> : tensor<2xi64>},
        tensor<2x1xi64> {test.expected = dense<[[0], [1]]> : tensor<2x1xi64>}) {
  %0 = nn.arg_reduce max %x axis = 1 : (tensor<2x4xf32>) -> tensor<2xi64>
  %1 = nn.arg_reduce max %x axis = 1 last : (tensor<2x4xf32>) -> tensor<2xi64>
  %2 = nn.arg_reduce min %x axis = 1 keep_dims : (tensor<2x4xf32>) -> tensor<2x1xi64>
  return %0, %1, %2 : tensor<2xi64>, tensor<2xi64>, tensor<2x1xi64>
}

// A NaN is what is found, the first of them or the last.
func.func @arg_reduce_nan(%x: tensor<5xf32> {test.value = dense<[1.0, 0x7FC00000, 7.0, 0x7FC00000, 0.0]> : tensor<5xf32>})
    -> (tensor<i64> {test.expected = dense<1> : tensor<i64>},
        tensor<i64> {test.expected = dense<1> : tensor<i64>},
        tensor<i64> {test.expected = dense<3> : tensor<i64>}) {
  %0 = nn.arg_reduce max %x axis = 0 : (tensor<5xf32>) -> tensor<i64>
  %1 = nn.arg_reduce min %x axis = 0 : (tensor<5xf32>) -> tensor<i64>
  %2 = nn.arg_reduce max %x axis = 0 last : (tensor<5xf32>) -> tensor<i64>
  return %0, %1, %2 : tensor<i64>, tensor<i64>, tensor<i64>
}

// Of equal elements the one with the lower index comes first; NaN is the largest.
func.func @top_k(%x: tensor<5xf32> {test.value = dense<[1.0, 7.0, 0x7FC00000, 7.0, 0.5]> : tensor<5xf32>})
    -> (tensor<3xf32> {test.expected = dense<[0x7FC00000, 7.0, 7.0]> : tensor<3xf32>},
        tensor<3xi64> {test.expected = dense<[2, 1, 3]> : tensor<3xi64>},
        tensor<2xf32> {test.expected = dense<[0.5, 1.0]> : tensor<2xf32>},
        tensor<2xi64> {test.expected = dense<[4, 0]> : tensor<2xi64>}) {
  %v, %i = nn.top_k %x k = 3 axis = 0 largest : (tensor<5xf32>) -> (tensor<3xf32>, tensor<3xi64>)
  %w, %j = nn.top_k %x k = 2 axis = 0 : (tensor<5xf32>) -> (tensor<2xf32>, tensor<2xi64>)
  return %v, %i, %w, %j : tensor<3xf32>, tensor<3xi64>, tensor<2xf32>, tensor<2xi64>
}

func.func @cumsum(%x: tensor<4xi64> {test.value = dense<[1, 2, 3, 4]> : tensor<4xi64>})
    -> (tensor<4xi64> {test.expected = dense<[1, 3, 6, 10]> : tensor<4xi64>},
        tensor<4xi64> {test.expected = dense<[0, 1, 3, 6]> : tensor<4xi64>},
        tensor<4xi64> {test.expected = dense<[10, 9, 7, 4]> : tensor<4xi64>},
        tensor<4xi64> {test.expected = dense<[9, 7, 4, 0]> : tensor<4xi64>}) {
  %0 = nn.cumsum %x axis = 0 : tensor<4xi64>
  %1 = nn.cumsum %x axis = 0 exclusive : tensor<4xi64>
  %2 = nn.cumsum %x axis = 0 reverse : tensor<4xi64>
  %3 = nn.cumsum %x axis = 0 exclusive reverse : tensor<4xi64>
  return %0, %1, %2, %3 : tensor<4xi64>, tensor<4xi64>, tensor<4xi64>, tensor<4xi64>
}
