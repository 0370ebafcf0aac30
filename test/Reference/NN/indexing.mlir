// Elements picked and written by index, shapes and ranges.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}6 functions

// Negative indices count from the end.
func.func @gather(%x: tensor<3x2xf32> {test.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>},
                  %i: tensor<2xi64> {test.value = dense<[2, -3]> : tensor<2xi64>},
                  %j: tensor<i32> {test.value = dense<-1> : tensor<i32>})
    -> (tensor<2x2xf32> {test.expected = dense<[[5.0, 6.0], [1.0, 2.0]]> : tensor<2x2xf32>},
        tensor<3xf32> {test.expected = dense<[2.0, 4.0, 6.0]> : tensor<3xf32>}) {
  %0 = nn.gather %x, %i axis = 0 : (tensor<3x2xf32>, tensor<2xi64>) -> tensor<2x2xf32>
  %1 = nn.gather %x, %j axis = 1 : (tensor<3x2xf32>, tensor<i32>) -> tensor<3xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<3xf32>
}

func.func @gather_elements(%x: tensor<2x3xi64> {test.value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>},
                           %i: tensor<2x2xi64> {test.value = dense<[[0, -1], [1, 1]]> : tensor<2x2xi64>})
    -> (tensor<2x2xi64> {test.expected = dense<[[1, 3], [5, 5]]> : tensor<2x2xi64>},
        tensor<2x2xi64> {test.expected = dense<[[1, 5], [4, 5]]> : tensor<2x2xi64>}) {
  %0 = nn.gather_elements %x, %i axis = 1 : (tensor<2x3xi64>, tensor<2x2xi64>) -> tensor<2x2xi64>
  %1 = nn.gather_elements %x, %i axis = 0 : (tensor<2x3xi64>, tensor<2x2xi64>) -> tensor<2x2xi64>
  return %0, %1 : tensor<2x2xi64>, tensor<2x2xi64>
}

// Of two updates at one place the second comes later.
func.func @scatter_nd(%x: tensor<3x2xf32> {test.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>},
                      %i: tensor<3x1xi64> {test.value = dense<[[-1], [0], [-1]]> : tensor<3x1xi64>},
                      %u: tensor<3x2xf32> {test.value = dense<[[10.0, 20.0], [0.0, 0.0], [2.0, 3.0]]> : tensor<3x2xf32>})
    -> (tensor<3x2xf32> {test.expected = dense<[[0.0, 0.0], [3.0, 4.0], [2.0, 3.0]]> : tensor<3x2xf32>},
        tensor<3x2xf32> {test.expected = dense<[[1.0, 2.0], [3.0, 4.0], [17.0, 29.0]]> : tensor<3x2xf32>},
        tensor<3x2xf32> {test.expected = dense<[[0.0, 0.0], [3.0, 4.0], [100.0, 360.0]]> : tensor<3x2xf32>},
        tensor<3x2xf32> {test.expected = dense<[[1.0, 2.0], [3.0, 4.0], [10.0, 20.0]]> : tensor<3x2xf32>},
        tensor<3x2xf32> {test.expected = dense<[[0.0, 0.0], [3.0, 4.0], [2.0, 3.0]]> : tensor<3x2xf32>}) {
  %0 = nn.scatter_nd none %x, %i, %u : (tensor<3x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %1 = nn.scatter_nd add %x, %i, %u : (tensor<3x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %2 = nn.scatter_nd mul %x, %i, %u : (tensor<3x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %3 = nn.scatter_nd max %x, %i, %u : (tensor<3x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %4 = nn.scatter_nd min %x, %i, %u : (tensor<3x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0, %1, %2, %3, %4 : tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>
}

func.func @scatter_points(%x: tensor<2x2xi64> {test.value = dense<0> : tensor<2x2xi64>},
                          %i: tensor<2x2xi64> {test.value = dense<[[0, 1], [1, -2]]> : tensor<2x2xi64>},
                          %u: tensor<2xi64> {test.value = dense<[7, 8]> : tensor<2xi64>})
    -> (tensor<2x2xi64> {test.expected = dense<[[0, 7], [8, 0]]> : tensor<2x2xi64>}) {
  %0 = nn.scatter_nd none %x, %i, %u : (tensor<2x2xi64>, tensor<2x2xi64>, tensor<2xi64>) -> tensor<2x2xi64>
  return %0 : tensor<2x2xi64>
}

func.func @shape_of(%x: tensor<3x0x2xf32>) -> (tensor<3xi64> {test.expected = dense<[3, 0, 2]> : tensor<3xi64>}) {
  %0 = nn.shape_of %x : (tensor<3x0x2xf32>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

func.func @range() -> (tensor<3xi64> {test.expected = dense<[5, 2, -1]> : tensor<3xi64>},
                       tensor<4xf32> {test.expected = dense<[0.0, 0.25, 0.5, 0.75]> : tensor<4xf32>}) {
  %5 = nn.constant dense<5> : tensor<i64>
  %minus3 = nn.constant dense<-3> : tensor<i64>
  %minus2 = nn.constant dense<-2> : tensor<i64>
  %0 = nn.constant dense<0.0> : tensor<f32>
  %1 = nn.constant dense<1.0> : tensor<f32>
  %quarter = nn.constant dense<0.25> : tensor<f32>
  %down = nn.range %5, %minus2, %minus3 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<3xi64>
  %up = nn.range %0, %1, %quarter : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %down, %up : tensor<3xi64>, tensor<4xf32>
}
