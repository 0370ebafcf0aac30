// Softmax, norms and reductions, along every axis. Compiled code against the reference; then with
// narrow vectors and three threads, bit for bit.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK-COUNT-4: : right
// CHECK-NEXT: 4 functions

func.func @softmax_axes(%x0: tensor<3x5x37xf32>, %x1: tensor<37xf32>, %x2: tensor<4x1xf32>,
                 %x3: tensor<1x1x1x19xf32>)
    -> (tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<37xf32>, tensor<4x1xf32>, tensor<1x1x1x19xf32>) {
  %0 = nn.softmax %x0 axis = 0 : tensor<3x5x37xf32>
  %1 = nn.softmax %x0 axis = 1 : tensor<3x5x37xf32>
  %2 = nn.softmax %x0 axis = 2 : tensor<3x5x37xf32>
  %3 = nn.softmax %x1 axis = 0 : tensor<37xf32>
  %4 = nn.softmax %x2 axis = 1 : tensor<4x1xf32>
  %5 = nn.softmax %x3 axis = 3 : tensor<1x1x1x19xf32>
  %6 = nn.softmax %5 axis = 3 : tensor<1x1x1x19xf32>
  return %0, %1, %2, %3, %4, %6 : tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<37xf32>, tensor<4x1xf32>, tensor<1x1x1x19xf32>
}

func.func @norms(%x0: tensor<3x5x37xf32>, %w1: tensor<37xf32> {test.weight},
                 %w2: tensor<37xf32> {test.weight}, %w3: tensor<37xf32> {test.weight},
                 %x4: tensor<37xf32>, %w5: tensor<37xf32> {test.weight},
                 %w6: tensor<37xf32> {test.weight}, %w7: tensor<37xf32> {test.weight},
                 %x8: tensor<3x16xf32>, %w9: tensor<16xf32> {test.weight},
                 %w10: tensor<16xf32> {test.weight}, %w11: tensor<16xf32> {test.weight},
                 %x12: tensor<3x5x37xf32>, %x13: tensor<3x5x37xf32>,
                 %w14: tensor<37xf32> {test.weight})
    -> (tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<37xf32>, tensor<37xf32>, tensor<37xf32>, tensor<3x16xf32>, tensor<3x16xf32>, tensor<3x16xf32>, tensor<3x5x37xf32>, tensor<3x5x37xf32>) {
  %0 = nn.layer_norm %x0 scale(%w1) bias(%w2) epsilon = 1.000000e-05 : (tensor<3x5x37xf32>, tensor<37xf32>, tensor<37xf32>) -> tensor<3x5x37xf32>
  %1 = nn.layer_norm %x0 epsilon = 1.000000e-05 : (tensor<3x5x37xf32>) -> tensor<3x5x37xf32>
  %2 = nn.rms_norm %x0 scale(%w3) epsilon = 1.000000e-05 : (tensor<3x5x37xf32>, tensor<37xf32>) -> tensor<3x5x37xf32>
  %3 = nn.layer_norm %x4 scale(%w5) bias(%w6) epsilon = 1.000000e-05 : (tensor<37xf32>, tensor<37xf32>, tensor<37xf32>) -> tensor<37xf32>
  %4 = nn.layer_norm %x4 epsilon = 1.000000e-05 : (tensor<37xf32>) -> tensor<37xf32>
  %5 = nn.rms_norm %x4 scale(%w7) epsilon = 1.000000e-05 : (tensor<37xf32>, tensor<37xf32>) -> tensor<37xf32>
  %6 = nn.layer_norm %x8 scale(%w9) bias(%w10) epsilon = 1.000000e-05 : (tensor<3x16xf32>, tensor<16xf32>, tensor<16xf32>) -> tensor<3x16xf32>
  %7 = nn.layer_norm %x8 epsilon = 1.000000e-05 : (tensor<3x16xf32>) -> tensor<3x16xf32>
  %8 = nn.rms_norm %x8 scale(%w11) epsilon = 1.000000e-05 : (tensor<3x16xf32>, tensor<16xf32>) -> tensor<3x16xf32>
  %9 = nn.add %x12, %x13 : (tensor<3x5x37xf32>, tensor<3x5x37xf32>) -> tensor<3x5x37xf32>
  %10 = nn.layer_norm %9 scale(%w14) epsilon = 1.000000e-05 : (tensor<3x5x37xf32>, tensor<37xf32>) -> tensor<3x5x37xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %10, %9 : tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<3x5x37xf32>, tensor<37xf32>, tensor<37xf32>, tensor<37xf32>, tensor<3x16xf32>, tensor<3x16xf32>, tensor<3x16xf32>, tensor<3x5x37xf32>, tensor<3x5x37xf32>
}

// Where rows and columns are as many, a transposed read has the same shape.
func.func @squares(%x0: tensor<7x7xf32>, %x1: tensor<7x7x7xf32>, %x2: tensor<7x7x7xf32>)
    -> (tensor<7x7xf32>, tensor<7x7xf32>, tensor<7x7xf32>, tensor<7x7x7xf32>, tensor<7x7x7xf32>) {
  %0 = nn.softmax %x0 axis = 1 : tensor<7x7xf32>
  %1 = nn.transpose %0 [1, 0] : (tensor<7x7xf32>) -> tensor<7x7xf32>
  %2 = nn.layer_norm %x0 epsilon = 1.000000e-05 : (tensor<7x7xf32>) -> tensor<7x7xf32>
  %3 = nn.transpose %2 [1, 0] : (tensor<7x7xf32>) -> tensor<7x7xf32>
  %4 = nn.mul %3, %x0 : (tensor<7x7xf32>, tensor<7x7xf32>) -> tensor<7x7xf32>
  %5 = nn.reduce sum %x0 axes = [1] : (tensor<7x7xf32>) -> tensor<7xf32>
  %6 = nn.add %x0, %5 : (tensor<7x7xf32>, tensor<7xf32>) -> tensor<7x7xf32>
  %7 = nn.exp %x0 : tensor<7x7xf32>
  %8 = nn.softmax %7 axis = 1 : tensor<7x7xf32>
  %9 = nn.mul %x1, %8 : (tensor<7x7x7xf32>, tensor<7x7xf32>) -> tensor<7x7x7xf32>
  %10 = nn.softmax %9 axis = 2 : tensor<7x7x7xf32>
  %11 = nn.softmax %x1 axis = 2 : tensor<7x7x7xf32>
  %12 = nn.reduce sum %x2 axes = [2] : (tensor<7x7x7xf32>) -> tensor<7x7xf32>
  %13 = nn.mul %11, %12 : (tensor<7x7x7xf32>, tensor<7x7xf32>) -> tensor<7x7x7xf32>
  return %1, %4, %6, %10, %13 : tensor<7x7xf32>, tensor<7x7xf32>, tensor<7x7xf32>, tensor<7x7x7xf32>, tensor<7x7x7xf32>
}

func.func @reductions(%x0: tensor<3x5x37xf32>, %x1: tensor<3x37xi64> {test.uniform = [-5, 5]})
    -> (tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<3xi64>, tensor<3xi64>, tensor<3xi64>, tensor<3x5x37xf32>) {
  %0 = nn.reduce sum %x0 axes = [0] : (tensor<3x5x37xf32>) -> tensor<5x37xf32>
  %1 = nn.reduce sum %x0 axes = [1] : (tensor<3x5x37xf32>) -> tensor<3x37xf32>
  %2 = nn.reduce sum %x0 axes = [2] keep_dims : (tensor<3x5x37xf32>) -> tensor<3x5x1xf32>
  %3 = nn.reduce sum %x0 axes = [0, 2] : (tensor<3x5x37xf32>) -> tensor<5xf32>
  %4 = nn.reduce sum %x0 axes = [0, 1, 2] : (tensor<3x5x37xf32>) -> tensor<f32>
  %5 = nn.reduce mean %x0 axes = [0] : (tensor<3x5x37xf32>) -> tensor<5x37xf32>
  %6 = nn.reduce mean %x0 axes = [1] : (tensor<3x5x37xf32>) -> tensor<3x37xf32>
  %7 = nn.reduce mean %x0 axes = [2] keep_dims : (tensor<3x5x37xf32>) -> tensor<3x5x1xf32>
  %8 = nn.reduce mean %x0 axes = [0, 2] : (tensor<3x5x37xf32>) -> tensor<5xf32>
  %9 = nn.reduce mean %x0 axes = [0, 1, 2] : (tensor<3x5x37xf32>) -> tensor<f32>
  %10 = nn.reduce max %x0 axes = [0] : (tensor<3x5x37xf32>) -> tensor<5x37xf32>
  %11 = nn.reduce max %x0 axes = [1] : (tensor<3x5x37xf32>) -> tensor<3x37xf32>
  %12 = nn.reduce max %x0 axes = [2] keep_dims : (tensor<3x5x37xf32>) -> tensor<3x5x1xf32>
  %13 = nn.reduce max %x0 axes = [0, 2] : (tensor<3x5x37xf32>) -> tensor<5xf32>
  %14 = nn.reduce max %x0 axes = [0, 1, 2] : (tensor<3x5x37xf32>) -> tensor<f32>
  %15 = nn.reduce min %x0 axes = [0] : (tensor<3x5x37xf32>) -> tensor<5x37xf32>
  %16 = nn.reduce min %x0 axes = [1] : (tensor<3x5x37xf32>) -> tensor<3x37xf32>
  %17 = nn.reduce min %x0 axes = [2] keep_dims : (tensor<3x5x37xf32>) -> tensor<3x5x1xf32>
  %18 = nn.reduce min %x0 axes = [0, 2] : (tensor<3x5x37xf32>) -> tensor<5xf32>
  %19 = nn.reduce min %x0 axes = [0, 1, 2] : (tensor<3x5x37xf32>) -> tensor<f32>
  %20 = nn.reduce sum %x1 axes = [1] : (tensor<3x37xi64>) -> tensor<3xi64>
  %21 = nn.reduce max %x1 axes = [1] : (tensor<3x37xi64>) -> tensor<3xi64>
  %22 = nn.reduce min %x1 axes = [1] : (tensor<3x37xi64>) -> tensor<3xi64>
  %23 = nn.reduce sum %x0 axes = [] : (tensor<3x5x37xf32>) -> tensor<3x5x37xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23 : tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<5x37xf32>, tensor<3x37xf32>, tensor<3x5x1xf32>, tensor<5xf32>, tensor<f32>, tensor<3xi64>, tensor<3xi64>, tensor<3xi64>, tensor<3x5x37xf32>
}
