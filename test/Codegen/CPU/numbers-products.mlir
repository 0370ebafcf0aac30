// Matrix products, of shapes that fill no register tile. Compiled code against the reference; then with
// narrow vectors and three threads, bit for bit.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK-COUNT-11: : right
// CHECK-NEXT: 11 functions

// Rows and columns that fill no register tile, with bias and activation.
func.func @linear_tails(%x0: tensor<11x5xf32>, %w1: tensor<5x37xf32> {test.weight},
                 %w2: tensor<37xf32> {test.weight}, %x3: tensor<1x5xf32>,
                 %w4: tensor<5x37xf32> {test.weight}, %w5: tensor<37xf32> {test.weight},
                 %x6: tensor<5xf32>, %w7: tensor<5x37xf32> {test.weight},
                 %w8: tensor<37xf32> {test.weight})
    -> (tensor<11x37xf32>, tensor<1x37xf32>, tensor<37xf32>) {
  %0 = nn.linear %x0, %w1 bias(%w2) : (tensor<11x5xf32>, tensor<5x37xf32>, tensor<37xf32>) -> tensor<11x37xf32>
  %1 = nn.relu %0 : tensor<11x37xf32>
  %2 = nn.linear %x3, %w4 bias(%w5) : (tensor<1x5xf32>, tensor<5x37xf32>, tensor<37xf32>) -> tensor<1x37xf32>
  %3 = nn.gelu tanh %2 : tensor<1x37xf32>
  %4 = nn.linear %x6, %w7 bias(%w8) : (tensor<5xf32>, tensor<5x37xf32>, tensor<37xf32>) -> tensor<37xf32>
  return %1, %3, %4 : tensor<11x37xf32>, tensor<1x37xf32>, tensor<37xf32>
}

func.func @linear_residual(%x0: tensor<2x7x24xf32>, %w1: tensor<24x65xf32> {test.weight},
                 %w2: tensor<65xf32> {test.weight}, %w3: tensor<65x24xf32> {test.weight},
                 %w4: tensor<24xf32> {test.weight})
    -> (tensor<2x7x24xf32>) {
  %0 = nn.linear %x0, %w1 bias(%w2) : (tensor<2x7x24xf32>, tensor<24x65xf32>, tensor<65xf32>) -> tensor<2x7x65xf32>
  %1 = nn.gelu erf %0 : tensor<2x7x65xf32>
  %2 = nn.linear %1, %w3 bias(%w4) : (tensor<2x7x65xf32>, tensor<65x24xf32>, tensor<24xf32>) -> tensor<2x7x24xf32>
  %3 = nn.add %2, %x0 : (tensor<2x7x24xf32>, tensor<2x7x24xf32>) -> tensor<2x7x24xf32>
  return %3 : tensor<2x7x24xf32>
}

func.func @linear_many_panels(%x0: tensor<3x9xf32>, %w1: tensor<9x805xf32> {test.weight})
    -> (tensor<3x805xf32>) {
  %0 = nn.linear %x0, %w1 : (tensor<3x9xf32>, tensor<9x805xf32>) -> tensor<3x805xf32>
  %1 = nn.relu %0 : tensor<3x805xf32>
  return %1 : tensor<3x805xf32>
}

// Packed straight from the untransposed constant, which a gather also reads.
func.func @linear_transposed_weight(%w0: tensor<65x24xf32> {test.weight},
                 %x1: tensor<2x4xi64> {test.value = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>})
    -> (tensor<2x4x65xf32>) {
  %0 = nn.gather %w0, %x1 axis = 0 : (tensor<65x24xf32>, tensor<2x4xi64>) -> tensor<2x4x24xf32>
  %1 = nn.layer_norm %0 epsilon = 1.000000e-05 : (tensor<2x4x24xf32>) -> tensor<2x4x24xf32>
  %2 = nn.transpose %w0 [1, 0] : (tensor<65x24xf32>) -> tensor<24x65xf32>
  %3 = nn.linear %1, %2 : (tensor<2x4x24xf32>, tensor<24x65xf32>) -> tensor<2x4x65xf32>
  return %3 : tensor<2x4x65xf32>
}

func.func @weights_used_twice(%w0: tensor<24x24xf32> {test.weight}, %x1: tensor<9x24xf32>)
    -> (tensor<9x24xf32>, tensor<24x24xf32>, tensor<9x24xf32>, tensor<24x24xf32>) {
  %0 = nn.linear %x1, %w0 : (tensor<9x24xf32>, tensor<24x24xf32>) -> tensor<9x24xf32>
  %1 = nn.linear %0, %w0 : (tensor<9x24xf32>, tensor<24x24xf32>) -> tensor<9x24xf32>
  %2 = nn.add %w0, %w0 : (tensor<24x24xf32>, tensor<24x24xf32>) -> tensor<24x24xf32>
  %3 = nn.transpose %w0 [1, 0] : (tensor<24x24xf32>) -> tensor<24x24xf32>
  %4 = nn.linear %x1, %3 : (tensor<9x24xf32>, tensor<24x24xf32>) -> tensor<9x24xf32>
  return %1, %2, %4, %w0 : tensor<9x24xf32>, tensor<24x24xf32>, tensor<9x24xf32>, tensor<24x24xf32>
}

// Small enough to stay in the program, were they not packed.
func.func @tiny_weights(%x0: tensor<3x2xf32>, %w1: tensor<2x3xf32> {test.weight},
                 %w2: tensor<3xf32> {test.weight}, %w3: tensor<5x2xf32> {test.weight},
                 %x4: tensor<3x1xf32>, %w5: tensor<1x1xf32> {test.weight})
    -> (tensor<3x3xf32>, tensor<3x5xf32>, tensor<3x1xf32>) {
  %0 = nn.linear %x0, %w1 bias(%w2) : (tensor<3x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<3x3xf32>
  %1 = nn.transpose %w3 [1, 0] : (tensor<5x2xf32>) -> tensor<2x5xf32>
  %2 = nn.matmul %x0, %1 : (tensor<3x2xf32>, tensor<2x5xf32>) -> tensor<3x5xf32>
  %3 = nn.linear %x4, %w5 : (tensor<3x1xf32>, tensor<1x1xf32>) -> tensor<3x1xf32>
  return %0, %2, %3 : tensor<3x3xf32>, tensor<3x5xf32>, tensor<3x1xf32>
}

func.func @matmul_batches(%x0: tensor<2x3x7x9xf32>, %w1: tensor<9x33xf32> {test.weight},
                 %x2: tensor<9x33xf32>, %x3: tensor<7x9xf32>, %x4: tensor<2x3x9x5xf32>,
                 %x5: tensor<2x1x7x9xf32>, %x6: tensor<1x3x9x33xf32>, %x7: tensor<2x1x7x9xf32>,
                 %w8: tensor<1x3x9x33xf32> {test.weight}, %x9: tensor<2x3x5xf32>,
                 %w10: tensor<2x7x5xf32> {test.weight}, %x11: tensor<2x3x5x6xf32>,
                 %x12: tensor<3x40x6xf32>)
    -> (tensor<2x3x7x33xf32>, tensor<2x3x7x33xf32>, tensor<2x3x7x5xf32>, tensor<2x3x7x33xf32>, tensor<2x3x7x33xf32>, tensor<2x3x7xf32>, tensor<2x3x5x40xf32>) {
  %0 = nn.matmul %x0, %w1 : (tensor<2x3x7x9xf32>, tensor<9x33xf32>) -> tensor<2x3x7x33xf32>
  %1 = nn.matmul %x0, %x2 : (tensor<2x3x7x9xf32>, tensor<9x33xf32>) -> tensor<2x3x7x33xf32>
  %2 = nn.matmul %x3, %x4 : (tensor<7x9xf32>, tensor<2x3x9x5xf32>) -> tensor<2x3x7x5xf32>
  %3 = nn.matmul %x5, %x6 : (tensor<2x1x7x9xf32>, tensor<1x3x9x33xf32>) -> tensor<2x3x7x33xf32>
  %4 = nn.matmul %x7, %w8 : (tensor<2x1x7x9xf32>, tensor<1x3x9x33xf32>) -> tensor<2x3x7x33xf32>
  %5 = nn.transpose %w10 [0, 2, 1] : (tensor<2x7x5xf32>) -> tensor<2x5x7xf32>
  %6 = nn.matmul %x9, %5 : (tensor<2x3x5xf32>, tensor<2x5x7xf32>) -> tensor<2x3x7xf32>
  %7 = nn.transpose %x12 [0, 2, 1] : (tensor<3x40x6xf32>) -> tensor<3x6x40xf32>
  %8 = nn.matmul %x11, %7 : (tensor<2x3x5x6xf32>, tensor<3x6x40xf32>) -> tensor<2x3x5x40xf32>
  return %0, %1, %2, %3, %4, %6, %8 : tensor<2x3x7x33xf32>, tensor<2x3x7x33xf32>, tensor<2x3x7x5xf32>, tensor<2x3x7x33xf32>, tensor<2x3x7x33xf32>, tensor<2x3x7xf32>, tensor<2x3x5x40xf32>
}

func.func @matmul_vectors(%x0: tensor<9xf32>, %w1: tensor<9xf32> {test.weight},
                 %x2: tensor<9x5xf32>, %x3: tensor<3x9xf32>, %x4: tensor<2x9x4xf32>,
                 %x5: tensor<1x1xf32>, %x6: tensor<1x1xf32>)
    -> (tensor<f32>, tensor<5xf32>, tensor<3xf32>, tensor<2x4xf32>, tensor<1x1xf32>) {
  %0 = nn.matmul %x0, %w1 : (tensor<9xf32>, tensor<9xf32>) -> tensor<f32>
  %1 = nn.matmul %x0, %x2 : (tensor<9xf32>, tensor<9x5xf32>) -> tensor<5xf32>
  %2 = nn.matmul %x3, %x0 : (tensor<3x9xf32>, tensor<9xf32>) -> tensor<3xf32>
  %3 = nn.matmul %x0, %x4 : (tensor<9xf32>, tensor<2x9x4xf32>) -> tensor<2x4xf32>
  %4 = nn.matmul %x5, %x6 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %0, %1, %2, %3, %4 : tensor<f32>, tensor<5xf32>, tensor<3xf32>, tensor<2x4xf32>, tensor<1x1xf32>
}

func.func @matmul_transposed(%x0: tensor<24x9xf32>, %x1: tensor<24x33xf32>, %x2: tensor<9x24xf32>,
                 %x3: tensor<24x33xf32>, %x4: tensor<7x7xf32>)
    -> (tensor<9x33xf32>, tensor<33x9xf32>, tensor<7x7xf32>) {
  %0 = nn.transpose %x0 [1, 0] : (tensor<24x9xf32>) -> tensor<9x24xf32>
  %1 = nn.matmul %0, %x1 : (tensor<9x24xf32>, tensor<24x33xf32>) -> tensor<9x33xf32>
  %2 = nn.matmul %x2, %x3 : (tensor<9x24xf32>, tensor<24x33xf32>) -> tensor<9x33xf32>
  %3 = nn.transpose %2 [1, 0] : (tensor<9x33xf32>) -> tensor<33x9xf32>
  %4 = nn.matmul %x4, %x4 : (tensor<7x7xf32>, tensor<7x7xf32>) -> tensor<7x7xf32>
  return %1, %3, %4 : tensor<9x33xf32>, tensor<33x9xf32>, tensor<7x7xf32>
}

// An operation after a product is fused into it, unless the product has other users.
func.func @epilogues(%x0: tensor<9x24xf32>, %x1: tensor<24x33xf32>, %x2: tensor<9x1xf32>,
                 %x3: tensor<9x24xf32>, %x4: tensor<24x33xf32>, %x5: tensor<9x24xf32>,
                 %x6: tensor<24x33xf32>, %x7: tensor<9x24xf32>, %x8: tensor<24x33xf32>)
    -> (tensor<9x33xf32>, tensor<9x33xf32>, tensor<9x33xf64>, tensor<9x33xf32>, tensor<9x33xf32>) {
  %0 = nn.matmul %x0, %x1 : (tensor<9x24xf32>, tensor<24x33xf32>) -> tensor<9x33xf32>
  %1 = nn.mul %0, %x2 : (tensor<9x33xf32>, tensor<9x1xf32>) -> tensor<9x33xf32>
  %2 = nn.matmul %x3, %x4 : (tensor<9x24xf32>, tensor<24x33xf32>) -> tensor<9x33xf32>
  %3 = nn.mul %2, %2 : (tensor<9x33xf32>, tensor<9x33xf32>) -> tensor<9x33xf32>
  %4 = nn.matmul %x5, %x6 : (tensor<9x24xf32>, tensor<24x33xf32>) -> tensor<9x33xf32>
  %5 = nn.cast %4 : tensor<9x33xf32> to tensor<9x33xf64>
  %6 = nn.matmul %x7, %x8 : (tensor<9x24xf32>, tensor<24x33xf32>) -> tensor<9x33xf32>
  %7 = nn.relu %6 : tensor<9x33xf32>
  %8 = nn.tanh %6 : tensor<9x33xf32>
  return %1, %3, %5, %7, %8 : tensor<9x33xf32>, tensor<9x33xf32>, tensor<9x33xf64>, tensor<9x33xf32>, tensor<9x33xf32>
}

func.func @doubles(%x0: tensor<5x6xf64>, %w1: tensor<6x37xf64> {test.weight})
    -> (tensor<5x37xf64>, tensor<5x6xf64>, tensor<5x6xf64>) {
  %0 = nn.matmul %x0, %w1 : (tensor<5x6xf64>, tensor<6x37xf64>) -> tensor<5x37xf64>
  %1 = nn.softmax %0 axis = 1 : tensor<5x37xf64>
  %2 = nn.layer_norm %x0 epsilon = 1.000000e-05 : (tensor<5x6xf64>) -> tensor<5x6xf64>
  %3 = nn.gelu erf %2 : tensor<5x6xf64>
  %4 = nn.exp %x0 : tensor<5x6xf64>
  %5 = nn.tanh %4 : tensor<5x6xf64>
  return %1, %3, %5 : tensor<5x37xf64>, tensor<5x6xf64>, tensor<5x6xf64>
}
