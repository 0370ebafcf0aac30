// Conditions, choices and casts.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}5 functions

func.func @logic(%x: tensor<4xi1> {test.value = dense<[false, false, true, true]> : tensor<4xi1>},
                 %y: tensor<4xi1> {test.value = dense<[false, true, false, true]> : tensor<4xi1>})
    -> (tensor<4xi1> {test.expected = dense<[false, false, false, true]> : tensor<4xi1>},
        tensor<4xi1> {test.expected = dense<[false, true, true, true]> : tensor<4xi1>},
        tensor<4xi1> {test.expected = dense<[false, true, true, false]> : tensor<4xi1>},
        tensor<4xi1> {test.expected = dense<[true, true, false, false]> : tensor<4xi1>}) {
  %0 = nn.and %x, %y : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %1 = nn.or %x, %y : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %2 = nn.xor %x, %y : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %3 = nn.not %x : tensor<4xi1>
  return %0, %1, %2, %3 : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

// No comparison is true of NaN.
func.func @compare(%x: tensor<4xf32> {test.value = dense<[1.0, 2.0, 3.0, 0x7FC00000]> : tensor<4xf32>},
                   %y: tensor<f32> {test.value = dense<2.0> : tensor<f32>})
    -> (tensor<4xi1> {test.expected = dense<[false, true, false, false]> : tensor<4xi1>},
        tensor<4xi1> {test.expected = dense<[true, false, false, false]> : tensor<4xi1>},
        tensor<4xi1> {test.expected = dense<[true, true, false, false]> : tensor<4xi1>},
        tensor<4xi1> {test.expected = dense<[false, false, true, false]> : tensor<4xi1>},
        tensor<4xi1> {test.expected = dense<[false, true, true, false]> : tensor<4xi1>}) {
  %0 = nn.compare eq %x, %y : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  %1 = nn.compare lt %x, %y : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  %2 = nn.compare le %x, %y : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  %3 = nn.compare gt %x, %y : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  %4 = nn.compare ge %x, %y : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  return %0, %1, %2, %3, %4 : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

func.func @where(%c: tensor<2x1xi1> {test.value = dense<[[true], [false]]> : tensor<2x1xi1>},
                 %x: tensor<3xf32> {test.value = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>},
                 %y: tensor<f32> {test.value = dense<-1.0> : tensor<f32>})
    -> (tensor<2x3xf32> {test.expected = dense<[[1.0, 2.0, 3.0], [-1.0, -1.0, -1.0]]> : tensor<2x3xf32>}) {
  %0 = nn.where %c, %x, %y : (tensor<2x1xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Toward zero to integers, to the nearest among floats, and what is not zero is true.
func.func @cast(%x: tensor<4xf32> {test.value = dense<[1.75, -1.75, 0.0, 300.0]> : tensor<4xf32>},
                %n: tensor<3xi64> {test.value = dense<[300, -1, 16777217]> : tensor<3xi64>})
    -> (tensor<4xi32> {test.expected = dense<[1, -1, 0, 300]> : tensor<4xi32>},
        tensor<4xi1> {test.expected = dense<[true, true, false, true]> : tensor<4xi1>},
        tensor<3xf32> {test.expected = dense<[300.0, -1.0, 16777216.0]> : tensor<3xf32>},
        tensor<3xui8> {test.expected = dense<[44, 255, 1]> : tensor<3xui8>},
        tensor<3xi8> {test.expected = dense<[44, -1, 1]> : tensor<3xi8>}) {
  %0 = nn.cast %x : tensor<4xf32> to tensor<4xi32>
  %1 = nn.cast %x : tensor<4xf32> to tensor<4xi1>
  %2 = nn.cast %n : tensor<3xi64> to tensor<3xf32>
  %3 = nn.cast %n : tensor<3xi64> to tensor<3xui8>
  %4 = nn.cast %n : tensor<3xi64> to tensor<3xi8>
  return %0, %1, %2, %3, %4 : tensor<4xi32>, tensor<4xi1>, tensor<3xf32>, tensor<3xui8>, tensor<3xi8>
}

// 1/3 in formats of 16 bits: 0x3555 and 0x3EAB.
func.func @halves(%x: tensor<1xf32> {test.value = dense<0.33333334> : tensor<1xf32>})
    -> (tensor<1xf32> {test.expected = dense<0.333251953125> : tensor<1xf32>, test.ulp = 0},
        tensor<1xf32> {test.expected = dense<0.333984375> : tensor<1xf32>, test.ulp = 0}) {
  %0 = nn.cast %x : tensor<1xf32> to tensor<1xf16>
  %1 = nn.cast %0 : tensor<1xf16> to tensor<1xf32>
  %2 = nn.cast %x : tensor<1xf32> to tensor<1xbf16>
  %3 = nn.cast %2 : tensor<1xbf16> to tensor<1xf32>
  return %1, %3 : tensor<1xf32>, tensor<1xf32>
}
