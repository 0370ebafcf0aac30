// Arithmetic of two numbers. Shapes broadcast; integers wrap around.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}11 functions

func.func @add(%x: tensor<2x1xf32> {test.value = dense<[[1.0], [2.0]]> : tensor<2x1xf32>},
               %y: tensor<3xf32> {test.value = dense<[10.0, 20.0, 30.0]> : tensor<3xf32>})
    -> (tensor<2x3xf32> {test.expected = dense<[[11.0, 21.0, 31.0], [12.0, 22.0, 32.0]]> : tensor<2x3xf32>}) {
  %0 = nn.add %x, %y : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

func.func @add_wraps(%x: tensor<2xi8> {test.value = dense<[127, -128]> : tensor<2xi8>},
                     %y: tensor<i8> {test.value = dense<1> : tensor<i8>})
    -> (tensor<2xi8> {test.expected = dense<[-128, -127]> : tensor<2xi8>}) {
  %0 = nn.add %x, %y : (tensor<2xi8>, tensor<i8>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

func.func @sub(%x: tensor<f32> {test.value = dense<1.0> : tensor<f32>},
               %y: tensor<3xf32> {test.value = dense<[10.0, -20.0, 0.5]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[-9.0, 21.0, 0.5]> : tensor<3xf32>}) {
  %0 = nn.sub %x, %y : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

func.func @mul(%x: tensor<3xi64> {test.value = dense<[3, -4, 4611686018427387904]> : tensor<3xi64>},
               %y: tensor<i64> {test.value = dense<4> : tensor<i64>})
    -> (tensor<3xi64> {test.expected = dense<[12, -16, 0]> : tensor<3xi64>}) {
  %0 = nn.mul %x, %y : (tensor<3xi64>, tensor<i64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// Toward zero.
func.func @div(%x: tensor<4xi32> {test.value = dense<[7, -7, 7, -8]> : tensor<4xi32>},
               %y: tensor<4xi32> {test.value = dense<[2, 2, -2, 4]> : tensor<4xi32>})
    -> (tensor<4xi32> {test.expected = dense<[3, -3, -3, -2]> : tensor<4xi32>}) {
  %0 = nn.div %x, %y : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// 200 is larger than 100 where numbers have no sign.
func.func @div_unsigned(%x: tensor<2xui8> {test.value = dense<[200, 255]> : tensor<2xui8>},
                        %y: tensor<2xui8> {test.value = dense<[100, 2]> : tensor<2xui8>})
    -> (tensor<2xui8> {test.expected = dense<[2, 127]> : tensor<2xui8>}) {
  %0 = nn.div %x, %y : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xui8>
  return %0 : tensor<2xui8>
}

// The sign of the divisor.
func.func @mod(%x: tensor<4xi64> {test.value = dense<[7, -7, 7, -7]> : tensor<4xi64>},
               %y: tensor<4xi64> {test.value = dense<[3, 3, -3, -3]> : tensor<4xi64>})
    -> (tensor<4xi64> {test.expected = dense<[1, 2, -2, -1]> : tensor<4xi64>}) {
  %0 = nn.mod %x, %y : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// The sign of the dividend.
func.func @mod_floats(%x: tensor<2xf32> {test.value = dense<[7.5, -7.5]> : tensor<2xf32>},
                      %y: tensor<f32> {test.value = dense<2.0> : tensor<f32>})
    -> (tensor<2xf32> {test.expected = dense<[1.5, -1.5]> : tensor<2xf32>}) {
  %0 = nn.mod %x, %y : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

func.func @pow(%x: tensor<4xf32> {test.value = dense<[2.0, 9.0, 4.0, 0.5]> : tensor<4xf32>},
               %y: tensor<4xf32> {test.value = dense<[10.0, 0.5, -1.0, 3.0]> : tensor<4xf32>},
               %n: tensor<3xi64> {test.value = dense<[3, -2, -1]> : tensor<3xi64>},
               %m: tensor<3xi64> {test.value = dense<[4, 3, -3]> : tensor<3xi64>})
    -> (tensor<4xf32> {test.expected = dense<[1024.0, 3.0, 0.25, 0.125]> : tensor<4xf32>},
        tensor<3xi64> {test.expected = dense<[81, -8, -1]> : tensor<3xi64>}) {
  %0 = nn.pow %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.pow %n, %m : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  return %0, %1 : tensor<4xf32>, tensor<3xi64>
}

// NaN if either is.
func.func @maximum(%x: tensor<3xf32> {test.value = dense<[1.0, -2.0, 0x7FC00000]> : tensor<3xf32>},
                   %y: tensor<f32> {test.value = dense<0.5> : tensor<f32>})
    -> (tensor<3xf32> {test.expected = dense<[1.0, 0.5, 0x7FC00000]> : tensor<3xf32>}) {
  %0 = nn.maximum %x, %y : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

func.func @minimum(%x: tensor<3xf32> {test.value = dense<[1.0, -2.0, 0x7FC00000]> : tensor<3xf32>},
                   %y: tensor<f32> {test.value = dense<0.5> : tensor<f32>})
    -> (tensor<3xf32> {test.expected = dense<[0.5, -2.0, 0x7FC00000]> : tensor<3xf32>}) {
  %0 = nn.minimum %x, %y : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
