// The kinds of GELU on a grid over [-8, 8]: compiled code against the reference, at both
// widths of vectors. Then the largest distance of each from GELU and where it is, as
// published or measured elsewhere (docs/Numerics.md): to 2 %, and to 1/50.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}7 functions

// Every piece, breaks that are numbers of the grid, and lanes of several pieces.
func.func @grid(%x: tensor<4097xf32> {test.ramp = [-8.0, 0.00390625]})
    -> (tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>,
        tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>) {
  %0 = nn.gelu erf %x : tensor<4097xf32>
  %1 = nn.gelu tanh %x : tensor<4097xf32>
  %2 = nn.gelu sigmoid %x : tensor<4097xf32>
  %3 = nn.gelu puma %x : tensor<4097xf32>
  %4 = nn.gelu bumblebee %x : tensor<4097xf32>
  %5 = nn.gelu bolt %x : tensor<4097xf32>
  %6 = nn.gelu nimbus %x : tensor<4097xf32>
  %7 = nn.gelu quad %x : tensor<4097xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>, tensor<4097xf32>
}

func.func @tanh(%x: tensor<4097xf32> {test.ramp = [-8.0, 0.00390625]})
    -> (tensor<f32> {test.expected = dense<4.7e-4> : tensor<f32>, test.within = 9.400e-06},
        tensor<f32> {test.expected = dense<2.7> : tensor<f32>, test.within = 2.0e-2}) {
  %y = nn.gelu tanh %x : tensor<4097xf32>
  %gelu = nn.gelu erf %x : tensor<4097xf32>
  %difference = nn.sub %y, %gelu : (tensor<4097xf32>, tensor<4097xf32>) -> tensor<4097xf32>
  %distance = nn.abs %difference : tensor<4097xf32>
  %largest = nn.reduce max %distance axes = [0] : (tensor<4097xf32>) -> tensor<f32>
  %index = nn.arg_reduce max %distance axis = 0 : (tensor<4097xf32>) -> tensor<i64>
  %at = nn.gather %x, %index axis = 0 : (tensor<4097xf32>, tensor<i64>) -> tensor<f32>
  %where = nn.abs %at : tensor<f32>
  return %largest, %where : tensor<f32>, tensor<f32>
}

func.func @puma(%x: tensor<4097xf32> {test.ramp = [-8.0, 0.00390625]})
    -> (tensor<f32> {test.expected = dense<0.0199> : tensor<f32>, test.within = 3.980e-04},
        tensor<f32> {test.expected = dense<3.0> : tensor<f32>, test.within = 2.0e-2}) {
  %y = nn.gelu puma %x : tensor<4097xf32>
  %gelu = nn.gelu erf %x : tensor<4097xf32>
  %difference = nn.sub %y, %gelu : (tensor<4097xf32>, tensor<4097xf32>) -> tensor<4097xf32>
  %distance = nn.abs %difference : tensor<4097xf32>
  %largest = nn.reduce max %distance axes = [0] : (tensor<4097xf32>) -> tensor<f32>
  %index = nn.arg_reduce max %distance axis = 0 : (tensor<4097xf32>) -> tensor<i64>
  %at = nn.gather %x, %index axis = 0 : (tensor<4097xf32>, tensor<i64>) -> tensor<f32>
  %where = nn.abs %at : tensor<f32>
  return %largest, %where : tensor<f32>, tensor<f32>
}

func.func @bumblebee(%x: tensor<4097xf32> {test.ramp = [-8.0, 0.00390625]})
    -> (tensor<f32> {test.expected = dense<0.0333> : tensor<f32>, test.within = 6.660e-04},
        tensor<f32> {test.expected = dense<5.0> : tensor<f32>, test.within = 2.0e-2}) {
  %y = nn.gelu bumblebee %x : tensor<4097xf32>
  %gelu = nn.gelu erf %x : tensor<4097xf32>
  %difference = nn.sub %y, %gelu : (tensor<4097xf32>, tensor<4097xf32>) -> tensor<4097xf32>
  %distance = nn.abs %difference : tensor<4097xf32>
  %largest = nn.reduce max %distance axes = [0] : (tensor<4097xf32>) -> tensor<f32>
  %index = nn.arg_reduce max %distance axis = 0 : (tensor<4097xf32>) -> tensor<i64>
  %at = nn.gather %x, %index axis = 0 : (tensor<4097xf32>, tensor<i64>) -> tensor<f32>
  %where = nn.abs %at : tensor<f32>
  return %largest, %where : tensor<f32>, tensor<f32>
}

func.func @bolt(%x: tensor<4097xf32> {test.ramp = [-8.0, 0.00390625]})
    -> (tensor<f32> {test.expected = dense<0.0094> : tensor<f32>, test.within = 1.880e-04},
        tensor<f32> {test.expected = dense<2.7> : tensor<f32>, test.within = 2.0e-2}) {
  %y = nn.gelu bolt %x : tensor<4097xf32>
  %gelu = nn.gelu erf %x : tensor<4097xf32>
  %difference = nn.sub %y, %gelu : (tensor<4097xf32>, tensor<4097xf32>) -> tensor<4097xf32>
  %distance = nn.abs %difference : tensor<4097xf32>
  %largest = nn.reduce max %distance axes = [0] : (tensor<4097xf32>) -> tensor<f32>
  %index = nn.arg_reduce max %distance axis = 0 : (tensor<4097xf32>) -> tensor<i64>
  %at = nn.gather %x, %index axis = 0 : (tensor<4097xf32>, tensor<i64>) -> tensor<f32>
  %where = nn.abs %at : tensor<f32>
  return %largest, %where : tensor<f32>, tensor<f32>
}

func.func @nimbus(%x: tensor<4097xf32> {test.ramp = [-8.0, 0.00390625]})
    -> (tensor<f32> {test.expected = dense<0.17> : tensor<f32>, test.within = 3.400e-03},
        tensor<f32> {test.expected = dense<0.75> : tensor<f32>, test.within = 2.0e-2}) {
  %y = nn.gelu nimbus %x : tensor<4097xf32>
  %gelu = nn.gelu erf %x : tensor<4097xf32>
  %difference = nn.sub %y, %gelu : (tensor<4097xf32>, tensor<4097xf32>) -> tensor<4097xf32>
  %distance = nn.abs %difference : tensor<4097xf32>
  %largest = nn.reduce max %distance axes = [0] : (tensor<4097xf32>) -> tensor<f32>
  %index = nn.arg_reduce max %distance axis = 0 : (tensor<4097xf32>) -> tensor<i64>
  %at = nn.gather %x, %index axis = 0 : (tensor<4097xf32>, tensor<i64>) -> tensor<f32>
  %where = nn.abs %at : tensor<f32>
  return %largest, %where : tensor<f32>, tensor<f32>
}

func.func @quad(%x: tensor<4097xf32> {test.ramp = [-8.0, 0.00390625]})
    -> (tensor<f32> {test.expected = dense<6.5> : tensor<f32>, test.within = 1.300e-01},
        tensor<f32> {test.expected = dense<8.0> : tensor<f32>, test.within = 2.0e-2}) {
  %y = nn.gelu quad %x : tensor<4097xf32>
  %gelu = nn.gelu erf %x : tensor<4097xf32>
  %difference = nn.sub %y, %gelu : (tensor<4097xf32>, tensor<4097xf32>) -> tensor<4097xf32>
  %distance = nn.abs %difference : tensor<4097xf32>
  %largest = nn.reduce max %distance axes = [0] : (tensor<4097xf32>) -> tensor<f32>
  %index = nn.arg_reduce max %distance axis = 0 : (tensor<4097xf32>) -> tensor<i64>
  %at = nn.gather %x, %index axis = 0 : (tensor<4097xf32>, tensor<i64>) -> tensor<f32>
  %where = nn.abs %at : tensor<f32>
  return %largest, %where : tensor<f32>, tensor<f32>
}
