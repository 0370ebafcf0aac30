// Movement of elements. Compiled code against the reference; then with
// narrow vectors and three threads, bit for bit.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK-COUNT-6: : right
// CHECK-NEXT: 6 functions

func.func @gathers(%x0: tensor<6x4xf32>,
                 %x1: tensor<5xi64> {test.value = dense<[0, -1, -6, 5, 2]> : tensor<5xi64>},
                 %x2: tensor<2x2xi32> {test.value = dense<[[0, -1], [3, 1]]> : tensor<2x2xi32>},
                 %x3: tensor<i64> {test.value = dense<2> : tensor<i64>},
                 %x4: tensor<i64> {test.value = dense<-2> : tensor<i64>}, %x5: tensor<6xf32>,
                 %x6: tensor<i64> {test.value = dense<-2> : tensor<i64>}, %x7: tensor<6x4x3xf32>,
                 %x8: tensor<2xi64> {test.value = dense<[3, -4]> : tensor<2xi64>})
    -> (tensor<5x4xf32>, tensor<6x2x2xf32>, tensor<4xf32>, tensor<6xf32>, tensor<f32>, tensor<6x2x3xf32>) {
  %0 = nn.gather %x0, %x1 axis = 0 : (tensor<6x4xf32>, tensor<5xi64>) -> tensor<5x4xf32>
  %1 = nn.gather %x0, %x2 axis = 1 : (tensor<6x4xf32>, tensor<2x2xi32>) -> tensor<6x2x2xf32>
  %2 = nn.gather %x0, %x3 axis = 0 : (tensor<6x4xf32>, tensor<i64>) -> tensor<4xf32>
  %3 = nn.gather %x0, %x4 axis = 1 : (tensor<6x4xf32>, tensor<i64>) -> tensor<6xf32>
  %4 = nn.gather %x5, %x6 axis = 0 : (tensor<6xf32>, tensor<i64>) -> tensor<f32>
  %5 = nn.gather %x7, %x8 axis = 1 : (tensor<6x4x3xf32>, tensor<2xi64>) -> tensor<6x2x3xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<5x4xf32>, tensor<6x2x2xf32>, tensor<4xf32>, tensor<6xf32>, tensor<f32>, tensor<6x2x3xf32>
}

func.func @slices(%x0: tensor<6x9xf32>, %x1: tensor<6x90xf32>)
    -> (tensor<3x3xf32>, tensor<6x3xf32>, tensor<6x9xf32>, tensor<0x9xf32>, tensor<3x41xf32>) {
  %0 = nn.slice %x0 [1, 2] to [6, 9] step [2, 3] : (tensor<6x9xf32>) -> tensor<3x3xf32>
  %1 = nn.slice %x0 [5, 8] to [-1, 1] step [-1, -3] : (tensor<6x9xf32>) -> tensor<6x3xf32>
  %2 = nn.slice %x0 [5, 0] to [-1, 9] step [-1, 1] : (tensor<6x9xf32>) -> tensor<6x9xf32>
  %3 = nn.slice %x0 [6, 0] to [6, 9] step [1, 1] : (tensor<6x9xf32>) -> tensor<0x9xf32>
  %4 = nn.slice %x1 [1, 3] to [6, 85] step [2, 2] : (tensor<6x90xf32>) -> tensor<3x41xf32>
  %5 = nn.relu %4 : tensor<3x41xf32>
  return %0, %1, %2, %3, %5 : tensor<3x3xf32>, tensor<6x3xf32>, tensor<6x9xf32>, tensor<0x9xf32>, tensor<3x41xf32>
}

func.func @concats(%x0: tensor<3x5xf32>, %x1: tensor<3x1xf32>, %x2: tensor<3x40xf32>,
                 %x3: tensor<1x5xf32>, %x4: tensor<0x5xf32>)
    -> (tensor<3x46xf32>, tensor<4x5xf32>, tensor<6x5xf32>, tensor<3x5xf32>, tensor<3x10xf32>) {
  %0 = nn.concat %x0, %x1, %x2 axis = 1 : (tensor<3x5xf32>, tensor<3x1xf32>, tensor<3x40xf32>) -> tensor<3x46xf32>
  %1 = nn.concat %x0, %x3, %x4 axis = 0 : (tensor<3x5xf32>, tensor<1x5xf32>, tensor<0x5xf32>) -> tensor<4x5xf32>
  %2 = nn.relu %1 : tensor<4x5xf32>
  %3 = nn.concat %x0, %x0 axis = 0 : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<6x5xf32>
  %4 = nn.concat %x0 axis = 0 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %5 = nn.neg %x0 : tensor<3x5xf32>
  %6 = nn.exp %5 : tensor<3x5xf32>
  %7 = nn.concat %5, %6 axis = 1 : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x10xf32>
  return %0, %2, %3, %4, %7 : tensor<3x46xf32>, tensor<4x5xf32>, tensor<6x5xf32>, tensor<3x5xf32>, tensor<3x10xf32>
}

func.func @shapes(%x0: tensor<3x4x5xf32>, %x1: tensor<3x1x4xf32>, %x2: tensor<3x1xf32>)
    -> (tensor<60xf32>, tensor<5x4x3xf32>, tensor<5x3x4xf32>, tensor<4x3x5xf32>, tensor<5x3x4xf32>, tensor<2x3x5x4xf32>, tensor<3x40xf32>) {
  %0 = nn.reshape %x0 : tensor<3x4x5xf32> to tensor<60xf32>
  %1 = nn.reshape %x0 : tensor<3x4x5xf32> to tensor<5x4x3xf32>
  %2 = nn.transpose %x0 [2, 0, 1] : (tensor<3x4x5xf32>) -> tensor<5x3x4xf32>
  %3 = nn.transpose %x0 [1, 0, 2] : (tensor<3x4x5xf32>) -> tensor<4x3x5xf32>
  %4 = nn.relu %3 : tensor<4x3x5xf32>
  %5 = nn.transpose %x0 [2, 1, 0] : (tensor<3x4x5xf32>) -> tensor<5x4x3xf32>
  %6 = nn.transpose %5 [0, 2, 1] : (tensor<5x4x3xf32>) -> tensor<5x3x4xf32>
  %7 = nn.expand %x1 : tensor<3x1x4xf32> to tensor<2x3x5x4xf32>
  %8 = nn.expand %x2 : tensor<3x1xf32> to tensor<3x40xf32>
  return %0, %1, %2, %4, %6, %7, %8 : tensor<60xf32>, tensor<5x4x3xf32>, tensor<5x3x4xf32>, tensor<4x3x5xf32>, tensor<5x3x4xf32>, tensor<2x3x5x4xf32>, tensor<3x40xf32>
}

// Inputs, weights and one value twice may be results.
func.func @results(%x0: tensor<3x5xf32>, %w1: tensor<3x40xf32> {test.weight})
    -> (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x40xf32>) {
  %0 = nn.relu %x0 : tensor<3x5xf32>
  return %x0, %x0, %0, %0, %w1 : tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x40xf32>
}

// Tensors without elements.
func.func @nothing(%x0: tensor<7x0xf32>, %x1: tensor<0x3xf32>, %x2: tensor<0x4xf32>,
                 %x3: tensor<4x3xf32>, %x4: tensor<3x0xf32>, %x5: tensor<5x3xf32>,
                 %x6: tensor<0xi64> {test.uniform = [-5, 5]})
    -> (tensor<7x3xf32>, tensor<0x3xf32>, tensor<0x3xf32>, tensor<3x0xf32>, tensor<0x3xf32>) {
  %0 = nn.matmul %x0, %x1 : (tensor<7x0xf32>, tensor<0x3xf32>) -> tensor<7x3xf32>
  %1 = nn.matmul %x2, %x3 : (tensor<0x4xf32>, tensor<4x3xf32>) -> tensor<0x3xf32>
  %2 = nn.relu %x4 : tensor<3x0xf32>
  %3 = nn.reshape %2 : tensor<3x0xf32> to tensor<0x3xf32>
  %4 = nn.softmax %x4 axis = 1 : tensor<3x0xf32>
  %5 = nn.gather %x5, %x6 axis = 0 : (tensor<5x3xf32>, tensor<0xi64>) -> tensor<0x3xf32>
  return %0, %1, %3, %4, %5 : tensor<7x3xf32>, tensor<0x3xf32>, tensor<0x3xf32>, tensor<3x0xf32>, tensor<0x3xf32>
}
