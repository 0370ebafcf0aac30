// Operations and shapes drawn by lot. Compiled code against the reference; then with
// narrow vectors and three threads, bit for bit.

// RUN: tacit-reference %s --compiled | FileCheck %s
// RUN: tacit-reference %s --compiled --seed 1
// CHECK-COUNT-12: : right
// CHECK-NEXT: 12 functions

func.func @random_0(%x0: tensor<1x7x33xf32>, %x1: tensor<7x33x16xf32>,
                 %x2: tensor<2x2xi64> {test.value = dense<[[4, 5], [2, -5]]> : tensor<2x2xi64>},
                 %x3: tensor<33xf32>, %x4: tensor<1x6xf32>, %x5: tensor<1x16xf32>,
                 %w6: tensor<1xf32> {test.weight}, %x7: tensor<1x1xf32>)
    -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x3xf32>) {
  %0 = nn.reshape %x0 : tensor<1x7x33xf32> to tensor<7x33xf32>
  %1 = nn.gather %x0, %x2 axis = 1 : (tensor<1x7x33xf32>, tensor<2x2xi64>) -> tensor<1x2x2x33xf32>
  %2 = nn.minimum %x3, %0 : (tensor<33xf32>, tensor<7x33xf32>) -> tensor<7x33xf32>
  %3 = nn.slice %0 [3, 0] to [1, 6] step [-1, 1] : (tensor<7x33xf32>) -> tensor<2x6xf32>
  %4 = nn.attention %3, %x4, %x5 scale = 3.000000e-01 : (tensor<2x6xf32>, tensor<1x6xf32>, tensor<1x16xf32>) -> tensor<2x16xf32>
  %5 = nn.reduce mean %2 axes = [0] keep_dims : (tensor<7x33xf32>) -> tensor<1x33xf32>
  %6 = nn.sub %2, %5 : (tensor<7x33xf32>, tensor<1x33xf32>) -> tensor<7x33xf32>
  %7 = nn.softmax %3 axis = 1 : tensor<2x6xf32>
  %8 = nn.slice %4 [0, 15] to [-1, 16] step [-1, 2] : (tensor<2x16xf32>) -> tensor<1x1xf32>
  %9 = nn.slice %7 [0, 1] to [2, 0] step [2, -2] : (tensor<2x6xf32>) -> tensor<1x1xf32>
  %10 = nn.maximum %9, %w6 : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %11 = nn.sub %x7, %10 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %12 = nn.softmax %9 axis = 1 : tensor<1x1xf32>
  %13 = nn.concat %12, %10, %11 axis = 1 : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  return %10, %11, %13 : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x3xf32>
}

func.func @random_1(%x0: tensor<f32>, %x1: tensor<2x33xf32>, %x2: tensor<17x33xf32>,
                 %x3: tensor<17x2xf32>,
                 %x4: tensor<2x2xi64> {test.value = dense<[[1, 0], [-1, -2]]> : tensor<2x2xi64>},
                 %x5: tensor<1x2xf32>, %x6: tensor<1x17xf32>, %w7: tensor<33x1xf32> {test.weight},
                 %w8: tensor<1xf32> {test.weight}, %x9: tensor<f32>)
    -> (tensor<2x2x1xf32>, tensor<2x17xf32>, tensor<2x2xf32>) {
  %0 = nn.attention %x1, %x2, %x3 scale = 3.000000e-01 : (tensor<2x33xf32>, tensor<17x33xf32>, tensor<17x2xf32>) -> tensor<2x2xf32>
  %1 = nn.relu %x1 : tensor<2x33xf32>
  %2 = nn.gather %1, %x4 axis = 0 : (tensor<2x33xf32>, tensor<2x2xi64>) -> tensor<2x2x33xf32>
  %3 = nn.abs %1 : tensor<2x33xf32>
  %4 = nn.attention %0, %x5, %x6 scale = 3.000000e-01 : (tensor<2x2xf32>, tensor<1x2xf32>, tensor<1x17xf32>) -> tensor<2x17xf32>
  %5 = nn.linear %2, %w7 bias(%w8) : (tensor<2x2x33xf32>, tensor<33x1xf32>, tensor<1xf32>) -> tensor<2x2x1xf32>
  %6 = nn.transpose %3 [1, 0] : (tensor<2x33xf32>) -> tensor<33x2xf32>
  %7 = nn.softmax %5 axis = 2 : tensor<2x2x1xf32>
  %8 = nn.reduce sum %7 axes = [1] keep_dims : (tensor<2x2x1xf32>) -> tensor<2x1x1xf32>
  %9 = nn.maximum %x9, %7 : (tensor<f32>, tensor<2x2x1xf32>) -> tensor<2x2x1xf32>
  %10 = nn.reshape %9 : tensor<2x2x1xf32> to tensor<2x2xf32>
  return %9, %4, %10 : tensor<2x2x1xf32>, tensor<2x17xf32>, tensor<2x2xf32>
}

func.func @random_2(%x0: tensor<7x3xf32>, %x1: tensor<3xf32>, %w2: tensor<3x3xf32> {test.weight},
                 %w3: tensor<3xf32> {test.weight}, %x4: tensor<2x33x1xf32>, %x5: tensor<1x3xi1>,
                 %x6: tensor<2x3x33xf32>, %x7: tensor<2x3x3xf32>,
                 %x8: tensor<3xi64> {test.value = dense<[2, -3, -2]> : tensor<3xi64>})
    -> (tensor<2x2x33xf32>, tensor<3xf32>, tensor<3x2x2xf32>) {
  %0 = nn.linear %x0, %w2 bias(%w3) : (tensor<7x3xf32>, tensor<3x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
  %1 = nn.reshape %0 : tensor<7x3xf32> to tensor<7x3x1xf32>
  %2 = nn.neg %x0 : tensor<7x3xf32>
  %3 = nn.reduce max %2 axes = [1] keep_dims : (tensor<7x3xf32>) -> tensor<7x1xf32>
  %4 = nn.sub %2, %3 : (tensor<7x3xf32>, tensor<7x1xf32>) -> tensor<7x3xf32>
  %5 = nn.slice %1 [1, 0, 0] to [3, 2, 1] step [1, 1, 1] : (tensor<7x3x1xf32>) -> tensor<2x2x1xf32>
  %6 = nn.transpose %2 [1, 0] : (tensor<7x3xf32>) -> tensor<3x7xf32>
  %7 = nn.transpose %x4 [0, 2, 1] : (tensor<2x33x1xf32>) -> tensor<2x1x33xf32>
  %8 = nn.matmul %5, %7 : (tensor<2x2x1xf32>, tensor<2x1x33xf32>) -> tensor<2x2x33xf32>
  %9 = nn.attention %8, %x6, %x7 mask(%x5) scale = 3.000000e-01 fill = -3.000000e+00 : (tensor<2x2x33xf32>, tensor<2x3x33xf32>, tensor<2x3x3xf32>, tensor<1x3xi1>) -> tensor<2x2x3xf32>
  %10 = nn.transpose %9 [1, 2, 0] : (tensor<2x2x3xf32>) -> tensor<2x3x2xf32>
  %11 = nn.reduce mean %8 axes = [2] keep_dims : (tensor<2x2x33xf32>) -> tensor<2x2x1xf32>
  %12 = nn.sub %8, %11 : (tensor<2x2x33xf32>, tensor<2x2x1xf32>) -> tensor<2x2x33xf32>
  %13 = nn.transpose %10 [1, 2, 0] : (tensor<2x3x2xf32>) -> tensor<3x2x2xf32>
  %14 = nn.softmax %12 axis = 2 : tensor<2x2x33xf32>
  %15 = nn.gather %13, %x8 axis = 0 : (tensor<3x2x2xf32>, tensor<3xi64>) -> tensor<3x2x2xf32>
  return %12, %x1, %15 : tensor<2x2x33xf32>, tensor<3xf32>, tensor<3x2x2xf32>
}

func.func @random_3(%x0: tensor<16xf32>, %x1: tensor<33x2x1x33xf32>, %x2: tensor<f32>,
                 %x3: tensor<19xf32>, %x4: tensor<f32>)
    -> (tensor<10x1x1x19xf32>, tensor<f32>, tensor<f32>) {
  %0 = nn.softmax %x0 axis = 0 : tensor<16xf32>
  %1 = nn.slice %x1 [30, 0, 0, 10] to [11, 1, -1, 29] step [-2, 1, -2, 1] : (tensor<33x2x1x33xf32>) -> tensor<10x1x1x19xf32>
  %2 = nn.reduce min %x0 axes = [0] : (tensor<16xf32>) -> tensor<f32>
  %3 = nn.expand %2 : tensor<f32> to tensor<f32>
  %4 = nn.maximum %x2, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %5 = nn.mul %x3, %1 : (tensor<19xf32>, tensor<10x1x1x19xf32>) -> tensor<10x1x1x19xf32>
  %6 = nn.sub %3, %x4 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %7 = nn.expand %3 : tensor<f32> to tensor<f32>
  return %1, %2, %7 : tensor<10x1x1x19xf32>, tensor<f32>, tensor<f32>
}

func.func @random_4(%x0: tensor<3x3x3xf32>, %x1: tensor<1x3x3x3xf32>, %x2: tensor<3xf32>,
                 %w3: tensor<3x3xf32> {test.weight}, %w4: tensor<3xf32> {test.weight})
    -> (tensor<1x3x3x3xf32>, tensor<3x3x3xf32>, tensor<1x3x3x3xf32>) {
  %0 = nn.rms_norm %x0 scale(%x2) epsilon = 1.000000e-02 : (tensor<3x3x3xf32>, tensor<3xf32>) -> tensor<3x3x3xf32>
  %1 = nn.softmax %x1 axis = 2 : tensor<1x3x3x3xf32>
  %2 = nn.mul %x0, %0 : (tensor<3x3x3xf32>, tensor<3x3x3xf32>) -> tensor<3x3x3xf32>
  %3 = nn.gelu tanh %1 : tensor<1x3x3x3xf32>
  %4 = nn.reshape %2 : tensor<3x3x3xf32> to tensor<9x3xf32>
  %5 = nn.linear %3, %w3 bias(%w4) : (tensor<1x3x3x3xf32>, tensor<3x3xf32>, tensor<3xf32>) -> tensor<1x3x3x3xf32>
  return %1, %0, %5 : tensor<1x3x3x3xf32>, tensor<3x3x3xf32>, tensor<1x3x3x3xf32>
}

func.func @random_5(%x0: tensor<1x4xf32>, %x1: tensor<f32>, %x2: tensor<17x4xf32>)
    -> (tensor<1x17xf32>, tensor<f32>, tensor<f32>) {
  %0 = nn.transpose %x2 [1, 0] : (tensor<17x4xf32>) -> tensor<4x17xf32>
  %1 = nn.matmul %x0, %0 : (tensor<1x4xf32>, tensor<4x17xf32>) -> tensor<1x17xf32>
  %2 = nn.softmax %x0 axis = 1 : tensor<1x4xf32>
  %3 = nn.maximum %x1, %x1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = nn.tanh %1 : tensor<1x17xf32>
  %5 = nn.softmax %1 axis = 1 : tensor<1x17xf32>
  %6 = nn.gelu tanh %3 : tensor<f32>
  return %4, %x1, %6 : tensor<1x17xf32>, tensor<f32>, tensor<f32>
}

func.func @random_6(%x0: tensor<7x1x1xf32>, %x1: tensor<33xf32>,
                 %x2: tensor<3xi64> {test.value = dense<[9, -22, 13]> : tensor<3xi64>},
                 %w3: tensor<3xf32> {test.weight}, %x4: tensor<3xf32>, %x5: tensor<3x4xf32>)
    -> (tensor<1x3xf32>, tensor<33xf32>, tensor<1xf32>) {
  %0 = nn.gelu tanh %x1 : tensor<33xf32>
  %1 = nn.softmax %x1 axis = 0 : tensor<33xf32>
  %2 = nn.slice %1 [6] to [0] step [-2] : (tensor<33xf32>) -> tensor<3xf32>
  %3 = nn.gather %1, %x2 axis = 0 : (tensor<33xf32>, tensor<3xi64>) -> tensor<3xf32>
  %4 = nn.layer_norm %3 scale(%w3) epsilon = 1.000000e-02 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %5 = nn.minimum %x4, %3 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %6 = nn.matmul %2, %x5 : (tensor<3xf32>, tensor<3x4xf32>) -> tensor<4xf32>
  %7 = nn.reshape %3 : tensor<3xf32> to tensor<1x3xf32>
  %8 = nn.reduce min %6 axes = [0] keep_dims : (tensor<4xf32>) -> tensor<1xf32>
  return %7, %1, %8 : tensor<1x3xf32>, tensor<33xf32>, tensor<1xf32>
}

func.func @random_7(%x0: tensor<1x2x2xf32>, %x1: tensor<1x4xf32>,
                 %w2: tensor<2x17xf32> {test.weight}, %w3: tensor<17xf32> {test.weight})
    -> (tensor<1x2x2xf32>, tensor<2x2x2xf32>, tensor<1x8xf32>) {
  %0 = nn.linear %x0, %w2 bias(%w3) : (tensor<1x2x2xf32>, tensor<2x17xf32>, tensor<17xf32>) -> tensor<1x2x17xf32>
  %1 = nn.softmax %x0 axis = 1 : tensor<1x2x2xf32>
  %2 = nn.concat %x0, %1 axis = 0 : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<2x2x2xf32>
  %3 = nn.concat %x1, %x1 axis = 1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  return %x0, %2, %3 : tensor<1x2x2xf32>, tensor<2x2x2xf32>, tensor<1x8xf32>
}

func.func @random_8(%x0: tensor<3x2x3xf32>, %x1: tensor<3x3x3x3xf32>,
                 %w2: tensor<3x3x3xf32> {test.weight},
                 %x3: tensor<2x2xi64> {test.value = dense<[[-3, 0], [2, -2]]> : tensor<2x2xi64>},
                 %x4: tensor<3x3xf32>, %w5: tensor<3x3x9x3xf32> {test.weight}, %x6: tensor<3xf32>,
                 %w7: tensor<3x3xf32> {test.weight})
    -> (tensor<3x2x3xf32>, tensor<3x3x3x3xf32>, tensor<1x3x3x3xf32>) {
  %0 = nn.matmul %x0, %w2 : (tensor<3x2x3xf32>, tensor<3x3x3xf32>) -> tensor<3x2x3xf32>
  %1 = nn.transpose %x1 [3, 2, 0, 1] : (tensor<3x3x3x3xf32>) -> tensor<3x3x3x3xf32>
  %2 = nn.add %x0, %x0 : (tensor<3x2x3xf32>, tensor<3x2x3xf32>) -> tensor<3x2x3xf32>
  %3 = nn.gather %0, %x3 axis = 0 : (tensor<3x2x3xf32>, tensor<2x2xi64>) -> tensor<2x2x2x3xf32>
  %4 = nn.concat %1, %x1, %x1 axis = 3 : (tensor<3x3x3x3xf32>, tensor<3x3x3x3xf32>, tensor<3x3x3x3xf32>) -> tensor<3x3x3x9xf32>
  %5 = nn.sub %4, %4 : (tensor<3x3x3x9xf32>, tensor<3x3x3x9xf32>) -> tensor<3x3x3x9xf32>
  %6 = nn.matmul %3, %x4 : (tensor<2x2x2x3xf32>, tensor<3x3xf32>) -> tensor<2x2x2x3xf32>
  %7 = nn.matmul %4, %w5 : (tensor<3x3x3x9xf32>, tensor<3x3x9x3xf32>) -> tensor<3x3x3x3xf32>
  %8 = nn.rms_norm %7 scale(%x6) epsilon = 1.000000e-02 : (tensor<3x3x3x3xf32>, tensor<3xf32>) -> tensor<3x3x3x3xf32>
  %9 = nn.transpose %w7 [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32>
  %10 = nn.matmul %6, %9 : (tensor<2x2x2x3xf32>, tensor<3x3xf32>) -> tensor<2x2x2x3xf32>
  %11 = nn.tanh %10 : tensor<2x2x2x3xf32>
  %12 = nn.reduce min %7 axes = [0] keep_dims : (tensor<3x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  return %0, %7, %12 : tensor<3x2x3xf32>, tensor<3x3x3x3xf32>, tensor<1x3x3x3xf32>
}

func.func @random_9(%x0: tensor<3x3xf32>, %x1: tensor<f32>, %w2: tensor<3x2xf32> {test.weight},
                 %w3: tensor<2x2xf32> {test.weight}, %w4: tensor<2xf32> {test.weight},
                 %w5: tensor<1xf32> {test.weight})
    -> (tensor<3x2xf32>, tensor<f32>, tensor<3x4xf32>) {
  %0 = nn.mul %x1, %x1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = nn.add %0, %x1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = nn.matmul %x0, %w2 : (tensor<3x3xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %3 = nn.add %2, %2 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %4 = nn.tanh %3 : tensor<3x2xf32>
  %5 = nn.transpose %4 [0, 1] : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %6 = nn.linear %3, %w3 bias(%w4) : (tensor<3x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %7 = nn.add %3, %w5 : (tensor<3x2xf32>, tensor<1xf32>) -> tensor<3x2xf32>
  %8 = nn.concat %4, %3 axis = 1 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %4, %1, %8 : tensor<3x2xf32>, tensor<f32>, tensor<3x4xf32>
}

func.func @random_10(%x0: tensor<17x17x7xf32>, %x1: tensor<17xf32>, %w2: tensor<f32> {test.weight},
                 %x3: tensor<17xf32>, %x4: tensor<i64> {test.value = dense<-11> : tensor<i64>})
    -> (tensor<17xf32>, tensor<17xf32>, tensor<f32>) {
  %0 = nn.maximum %w2, %x1 : (tensor<f32>, tensor<17xf32>) -> tensor<17xf32>
  %1 = nn.reduce mean %x1 axes = [0] : (tensor<17xf32>) -> tensor<f32>
  %2 = nn.sub %x3, %0 : (tensor<17xf32>, tensor<17xf32>) -> tensor<17xf32>
  %3 = nn.softmax %x1 axis = 0 : tensor<17xf32>
  %4 = nn.softmax %2 axis = 0 : tensor<17xf32>
  %5 = nn.transpose %4 [0] : (tensor<17xf32>) -> tensor<17xf32>
  %6 = nn.reshape %4 : tensor<17xf32> to tensor<1x17xf32>
  %7 = nn.abs %4 : tensor<17xf32>
  %8 = nn.reduce mean %7 axes = [0] keep_dims : (tensor<17xf32>) -> tensor<1xf32>
  %9 = nn.gather %7, %x4 axis = 0 : (tensor<17xf32>, tensor<i64>) -> tensor<f32>
  %10 = nn.gelu erf %9 : tensor<f32>
  return %3, %4, %10 : tensor<17xf32>, tensor<17xf32>, tensor<f32>
}

func.func @random_11(%x0: tensor<33x4x3xf32>, %x1: tensor<33x3x2x33xf32>, %x2: tensor<f32>)
    -> (tensor<33x4x3xf32>, tensor<33x4x3xf32>, tensor<33x3x2x33xf32>) {
  %0 = nn.sub %x0, %x2 : (tensor<33x4x3xf32>, tensor<f32>) -> tensor<33x4x3xf32>
  %1 = nn.minimum %0, %0 : (tensor<33x4x3xf32>, tensor<33x4x3xf32>) -> tensor<33x4x3xf32>
  %2 = nn.gelu tanh %x1 : tensor<33x3x2x33xf32>
  %3 = nn.erf %2 : tensor<33x3x2x33xf32>
  %4 = nn.gelu tanh %3 : tensor<33x3x2x33xf32>
  %5 = nn.slice %4 [16, 2, 0, 6] to [27, 3, 1, 5] step [1, 1, 1, -1] : (tensor<33x3x2x33xf32>) -> tensor<11x1x1x1xf32>
  %6 = nn.erf %4 : tensor<33x3x2x33xf32>
  %7 = nn.gelu erf %3 : tensor<33x3x2x33xf32>
  return %1, %x0, %7 : tensor<33x4x3xf32>, tensor<33x4x3xf32>, tensor<33x3x2x33xf32>
}
