// Functions of one number, at arguments whose values are in every table.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}18 functions

func.func @neg(%x: tensor<3xf32> {test.value = dense<[1.0, -2.5, 0.0]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[-1.0, 2.5, 0.0]> : tensor<3xf32>}) {
  %y = nn.neg %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @abs(%x: tensor<3xf32> {test.value = dense<[1.0, -2.5, 0.0]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[1.0, 2.5, 0.0]> : tensor<3xf32>}) {
  %y = nn.abs %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @exp(%x: tensor<5xf32> {test.value = dense<[0.0, 1.0, -1.0, 200.0, 0xFF800000]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.expected = dense<[1.0, 2.7182818, 0.36787944, 0x7F800000, 0.0]> : tensor<5xf32>, test.ulp = 2}) {
  %y = nn.exp %x : tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @log(%x: tensor<5xf32> {test.value = dense<[1.0, 2.7182817, 0.5, 0.0, -1.0]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.expected = dense<[0.0, 0.99999994, -0.6931472, 0xFF800000, 0x7FC00000]> : tensor<5xf32>, test.within = 1.0e-7}) {
  %y = nn.log %x : tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @sin(%x: tensor<3xf32> {test.value = dense<[0.0, 1.5707964, -0.5]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[0.0, 1.0, -0.47942555]> : tensor<3xf32>, test.ulp = 2}) {
  %y = nn.sin %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @cos(%x: tensor<3xf32> {test.value = dense<[0.0, 3.1415927, 1.0]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[1.0, -1.0, 0.5403023]> : tensor<3xf32>, test.ulp = 2}) {
  %y = nn.cos %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @atan(%x: tensor<4xf32> {test.value = dense<[0.0, 1.0, -1.0, 0x7F800000]> : tensor<4xf32>})
    -> (tensor<4xf32> {test.expected = dense<[0.0, 0.7853982, -0.7853982, 1.5707964]> : tensor<4xf32>, test.ulp = 2}) {
  %y = nn.atan %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @floor(%x: tensor<4xf32> {test.value = dense<[1.5, -1.5, 2.0, -0.25]> : tensor<4xf32>})
    -> (tensor<4xf32> {test.expected = dense<[1.0, -2.0, 2.0, -1.0]> : tensor<4xf32>}) {
  %y = nn.floor %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @ceil(%x: tensor<4xf32> {test.value = dense<[1.5, -1.5, 2.0, 0.25]> : tensor<4xf32>})
    -> (tensor<4xf32> {test.expected = dense<[2.0, -1.0, 2.0, 1.0]> : tensor<4xf32>}) {
  %y = nn.ceil %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @round(%x: tensor<5xf32> {test.value = dense<[0.5, 1.5, 2.5, -0.5, -1.7]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.expected = dense<[0.0, 2.0, 2.0, 0.0, -2.0]> : tensor<5xf32>}) {
  %y = nn.round %x : tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @sqrt(%x: tensor<4xf32> {test.value = dense<[4.0, 2.0, 0.0, -1.0]> : tensor<4xf32>})
    -> (tensor<4xf32> {test.expected = dense<[2.0, 1.4142135, 0.0, 0x7FC00000]> : tensor<4xf32>}) {
  %y = nn.sqrt %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @reciprocal(%x: tensor<4xf32> {test.value = dense<[4.0, -0.5, 3.0, 0.0]> : tensor<4xf32>})
    -> (tensor<4xf32> {test.expected = dense<[0.25, -2.0, 0.33333334, 0x7F800000]> : tensor<4xf32>}) {
  %y = nn.reciprocal %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @tanh(%x: tensor<3xf32> {test.value = dense<[0.0, 1.0, -20.0]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[0.0, 0.7615942, -1.0]> : tensor<3xf32>, test.ulp = 2}) {
  %y = nn.tanh %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @erf(%x: tensor<4xf32> {test.value = dense<[0.0, 0.5, -1.0, 10.0]> : tensor<4xf32>})
    -> (tensor<4xf32> {test.expected = dense<[0.0, 0.5204999, -0.8427008, 1.0]> : tensor<4xf32>, test.ulp = 2}) {
  %y = nn.erf %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @sigmoid(%x: tensor<3xf32> {test.value = dense<[0.0, 2.0, -2.0]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[0.5, 0.8807971, 0.11920292]> : tensor<3xf32>, test.ulp = 3}) {
  %y = nn.sigmoid %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @relu(%x: tensor<4xf32> {test.value = dense<[1.0, -2.5, 0.0, 0x7FC00000]> : tensor<4xf32>})
    -> (tensor<4xf32> {test.expected = dense<[1.0, 0.0, 0.0, 0x7FC00000]> : tensor<4xf32>}) {
  %y = nn.relu %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @mish(%x: tensor<5xf32> {test.value = dense<[0.0, 1.0, -1.0, 2.0, 200.0]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.expected = dense<[0.0, 0.8650984, -0.30340147, 1.943959, 200.0]> : tensor<5xf32>, test.within = 2.0e-7}) {
  %y = nn.mish %x : tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @silu(%x: tensor<3xf32> {test.value = dense<[0.0, 2.0, -2.0]> : tensor<3xf32>})
    -> (tensor<3xf32> {test.expected = dense<[0.0, 1.7615942, -0.23840584]> : tensor<3xf32>, test.ulp = 3}) {
  %y = nn.silu %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

