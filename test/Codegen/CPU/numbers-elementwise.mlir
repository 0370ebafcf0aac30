// Elementwise operations of floats, integers and booleans. Compiled code against the reference; then with
// narrow vectors and three threads, bit for bit.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK-COUNT-8: : right
// CHECK-NEXT: 8 functions

func.func @functions(%x0: tensor<3x37xf32>)
    -> (tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>) {
  %0 = nn.neg %x0 : tensor<3x37xf32>
  %1 = nn.abs %x0 : tensor<3x37xf32>
  %2 = nn.exp %x0 : tensor<3x37xf32>
  %3 = nn.reciprocal %x0 : tensor<3x37xf32>
  %4 = nn.tanh %x0 : tensor<3x37xf32>
  %5 = nn.erf %x0 : tensor<3x37xf32>
  %6 = nn.sigmoid %x0 : tensor<3x37xf32>
  %7 = nn.relu %x0 : tensor<3x37xf32>
  %8 = nn.silu %x0 : tensor<3x37xf32>
  %9 = nn.gelu erf %x0 : tensor<3x37xf32>
  %10 = nn.gelu tanh %x0 : tensor<3x37xf32>
  %11 = nn.gelu puma %x0 : tensor<3x37xf32>
  %12 = nn.gelu bumblebee %x0 : tensor<3x37xf32>
  %13 = nn.gelu bolt %x0 : tensor<3x37xf32>
  %14 = nn.gelu nimbus %x0 : tensor<3x37xf32>
  %15 = nn.gelu quad %x0 : tensor<3x37xf32>
  %16 = nn.abs %x0 : tensor<3x37xf32>
  %17 = nn.sqrt %16 : tensor<3x37xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %17 : tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xf32>
}

func.func @integers(%x0: tensor<3x37xi64> {test.uniform = [-5, 5]},
                 %x1: tensor<37xi64> {test.uniform = [-5, 5]})
    -> (tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>) {
  %0 = nn.add %x0, %x1 : (tensor<3x37xi64>, tensor<37xi64>) -> tensor<3x37xi64>
  %1 = nn.sub %x0, %x1 : (tensor<3x37xi64>, tensor<37xi64>) -> tensor<3x37xi64>
  %2 = nn.mul %x0, %x1 : (tensor<3x37xi64>, tensor<37xi64>) -> tensor<3x37xi64>
  %3 = nn.maximum %x0, %x1 : (tensor<3x37xi64>, tensor<37xi64>) -> tensor<3x37xi64>
  %4 = nn.minimum %x0, %x1 : (tensor<3x37xi64>, tensor<37xi64>) -> tensor<3x37xi64>
  %5 = nn.neg %x0 : tensor<3x37xi64>
  %6 = nn.abs %x0 : tensor<3x37xi64>
  return %0, %1, %2, %3, %4, %5, %6 : tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>, tensor<3x37xi64>
}

// Nothing may trap: neither the lanes behind the end, nor what has no result.
func.func @integer_division(%x0: tensor<3x37xi64> {test.uniform = [-5, 5]},
                 %x1: tensor<37xi64> {test.value = dense<[-2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2, 3, -2]> : tensor<37xi64>},
                 %x2: tensor<4xi64> {test.value = dense<[5, 7, -9223372036854775808, 9]> : tensor<4xi64>},
                 %x3: tensor<4xi64> {test.value = dense<[0, 2, -1, -1]> : tensor<4xi64>})
    -> (tensor<3x37xi64>, tensor<4xi64>) {
  %0 = nn.div %x0, %x1 : (tensor<3x37xi64>, tensor<37xi64>) -> tensor<3x37xi64>
  %1 = nn.div %x2, %x3 : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  return %0, %1 : tensor<3x37xi64>, tensor<4xi64>
}

// 200 is larger than 100, and no negative number.
func.func @unsigned(%x0: tensor<3x37xui8> {test.uniform = [0, 255]},
                 %w1: tensor<37xui8> {test.weight, test.value = dense<[219, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255]> : tensor<37xui8>},
                 %x2: tensor<37xf32> {test.value = dense<[200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 200.5, 3.0, 7.0]> : tensor<37xf32>})
    -> (tensor<3x37xui8>, tensor<3x37xui8>, tensor<3x37xui8>, tensor<3x37xi1>, tensor<3x37xui8>, tensor<3x37xf32>, tensor<3x37xi64>, tensor<3x37xi1>, tensor<3xui8>, tensor<3xui8>, tensor<37xui8>, tensor<3x37xi8>, tensor<3x37xui8>) {
  %0 = nn.maximum %x0, %w1 : (tensor<3x37xui8>, tensor<37xui8>) -> tensor<3x37xui8>
  %1 = nn.minimum %x0, %w1 : (tensor<3x37xui8>, tensor<37xui8>) -> tensor<3x37xui8>
  %2 = nn.div %x0, %w1 : (tensor<3x37xui8>, tensor<37xui8>) -> tensor<3x37xui8>
  %3 = nn.compare lt %x0, %w1 : (tensor<3x37xui8>, tensor<37xui8>) -> tensor<3x37xi1>
  %4 = nn.compare ge %x0, %w1 : (tensor<3x37xui8>, tensor<37xui8>) -> tensor<3x37xi1>
  %5 = nn.where %4, %x0, %w1 : (tensor<3x37xi1>, tensor<3x37xui8>, tensor<37xui8>) -> tensor<3x37xui8>
  %6 = nn.cast %x0 : tensor<3x37xui8> to tensor<3x37xf32>
  %7 = nn.cast %x0 : tensor<3x37xui8> to tensor<3x37xi64>
  %8 = nn.cast %x0 : tensor<3x37xui8> to tensor<3x37xi1>
  %9 = nn.reduce max %x0 axes = [1] : (tensor<3x37xui8>) -> tensor<3xui8>
  %10 = nn.reduce min %x0 axes = [1] : (tensor<3x37xui8>) -> tensor<3xui8>
  %11 = nn.abs %x2 : tensor<37xf32>
  %12 = nn.cast %11 : tensor<37xf32> to tensor<37xui8>
  %13 = nn.compare lt %x0, %w1 : (tensor<3x37xui8>, tensor<37xui8>) -> tensor<3x37xi1>
  %14 = nn.cast %13 : tensor<3x37xi1> to tensor<3x37xi8>
  %15 = nn.cast %13 : tensor<3x37xi1> to tensor<3x37xui8>
  return %0, %1, %2, %3, %5, %6, %7, %8, %9, %10, %12, %14, %15 : tensor<3x37xui8>, tensor<3x37xui8>, tensor<3x37xui8>, tensor<3x37xi1>, tensor<3x37xui8>, tensor<3x37xf32>, tensor<3x37xi64>, tensor<3x37xi1>, tensor<3xui8>, tensor<3xui8>, tensor<37xui8>, tensor<3x37xi8>, tensor<3x37xui8>
}

func.func @powers(%x0: tensor<3x17xf32>,
                 %w1: tensor<f32> {test.weight, test.value = dense<0.5> : tensor<f32>},
                 %w2: tensor<f32> {test.weight, test.value = dense<1.0> : tensor<f32>},
                 %w3: tensor<f32> {test.weight, test.value = dense<2.0> : tensor<f32>},
                 %w4: tensor<f32> {test.weight, test.value = dense<3.0> : tensor<f32>},
                 %w5: tensor<f32> {test.weight, test.value = dense<2.5> : tensor<f32>},
                 %w6: tensor<f32> {test.weight, test.value = dense<-1.0> : tensor<f32>},
                 %w7: tensor<i64> {test.weight, test.value = dense<2> : tensor<i64>},
                 %x8: tensor<17xi64> {test.uniform = [-5, 5]},
                 %w9: tensor<i64> {test.weight, test.value = dense<3> : tensor<i64>},
                 %x10: tensor<17xi64> {test.value = dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]> : tensor<17xi64>})
    -> (tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<17xi64>, tensor<17xi64>) {
  %0 = nn.abs %x0 : tensor<3x17xf32>
  %1 = nn.pow %0, %w1 : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  %2 = nn.pow %0, %w2 : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  %3 = nn.pow %0, %w3 : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  %4 = nn.pow %0, %w4 : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  %5 = nn.pow %0, %w5 : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  %6 = nn.pow %0, %w6 : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  %7 = nn.pow %0, %w7 : (tensor<3x17xf32>, tensor<i64>) -> tensor<3x17xf32>
  %8 = nn.pow %x8, %w9 : (tensor<17xi64>, tensor<i64>) -> tensor<17xi64>
  %9 = nn.pow %x8, %x10 : (tensor<17xi64>, tensor<17xi64>) -> tensor<17xi64>
  return %1, %2, %3, %4, %5, %6, %7, %8, %9 : tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xf32>, tensor<17xi64>, tensor<17xi64>
}

func.func @booleans(%x0: tensor<3x37xf32>, %x1: tensor<37xf32>, %x2: tensor<6x7xi1>,
                 %w3: tensor<6x7xi1> {test.weight},
                 %x4: tensor<3xi64> {test.value = dense<[0, 1, -2]> : tensor<3xi64>})
    -> (tensor<3x37xi1>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xi64>, tensor<6x7xi1>, tensor<6x7xi1>, tensor<3x4xi1>, tensor<6x14xi1>, tensor<3x7xi1>) {
  %0 = nn.compare lt %x0, %x1 : (tensor<3x37xf32>, tensor<37xf32>) -> tensor<3x37xi1>
  %1 = nn.where %0, %x0, %x1 : (tensor<3x37xi1>, tensor<3x37xf32>, tensor<37xf32>) -> tensor<3x37xf32>
  %2 = nn.cast %0 : tensor<3x37xi1> to tensor<3x37xf32>
  %3 = nn.cast %0 : tensor<3x37xi1> to tensor<3x37xi64>
  %4 = nn.where %x2, %w3, %x2 : (tensor<6x7xi1>, tensor<6x7xi1>, tensor<6x7xi1>) -> tensor<6x7xi1>
  %5 = nn.reshape %x2 : tensor<6x7xi1> to tensor<7x6xi1>
  %6 = nn.transpose %5 [1, 0] : (tensor<7x6xi1>) -> tensor<6x7xi1>
  %7 = nn.slice %x2 [0, 0] to [6, 7] step [2, 2] : (tensor<6x7xi1>) -> tensor<3x4xi1>
  %8 = nn.concat %x2, %w3 axis = 1 : (tensor<6x7xi1>, tensor<6x7xi1>) -> tensor<6x14xi1>
  %9 = nn.gather %x2, %x4 axis = 0 : (tensor<6x7xi1>, tensor<3xi64>) -> tensor<3x7xi1>
  return %0, %1, %2, %3, %4, %6, %7, %8, %9 : tensor<3x37xi1>, tensor<3x37xf32>, tensor<3x37xf32>, tensor<3x37xi64>, tensor<6x7xi1>, tensor<6x7xi1>, tensor<3x4xi1>, tensor<6x14xi1>, tensor<3x7xi1>
}

func.func @casts(%x0: tensor<37xi64> {test.uniform = [-5, 5]}, %x1: tensor<37xf32>)
    -> (tensor<37xf32>, tensor<37xi32>, tensor<37xi1>, tensor<37xi64>, tensor<37xf64>, tensor<37xi64>, tensor<37xi1>) {
  %0 = nn.cast %x0 : tensor<37xi64> to tensor<37xf32>
  %1 = nn.cast %x0 : tensor<37xi64> to tensor<37xi32>
  %2 = nn.cast %x0 : tensor<37xi64> to tensor<37xi1>
  %3 = nn.cast %x0 : tensor<37xi64> to tensor<37xi64>
  %4 = nn.cast %x1 : tensor<37xf32> to tensor<37xf64>
  %5 = nn.cast %x1 : tensor<37xf32> to tensor<37xi64>
  %6 = nn.cast %x1 : tensor<37xf32> to tensor<37xi1>
  return %0, %1, %2, %3, %4, %5, %6 : tensor<37xf32>, tensor<37xi32>, tensor<37xi1>, tensor<37xi64>, tensor<37xf64>, tensor<37xi64>, tensor<37xi1>
}

func.func @scalars(%x0: tensor<f32>, %x1: tensor<4xf32>, %x2: tensor<1x1xf32>)
    -> (tensor<f32>, tensor<f32>, tensor<4xf32>, tensor<3x4xf32>, tensor<f32>, tensor<1x1x1xf32>) {
  %0 = nn.reduce sum %x1 axes = [0] : (tensor<4xf32>) -> tensor<f32>
  %1 = nn.add %x0, %x0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = nn.tanh %0 : tensor<f32>
  %3 = nn.mul %x1, %0 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = nn.expand %x0 : tensor<f32> to tensor<3x4xf32>
  %5 = nn.reshape %x2 : tensor<1x1xf32> to tensor<f32>
  %6 = nn.reshape %x0 : tensor<f32> to tensor<1x1x1xf32>
  return %1, %2, %3, %4, %5, %6 : tensor<f32>, tensor<f32>, tensor<4xf32>, tensor<3x4xf32>, tensor<f32>, tensor<1x1x1xf32>
}
