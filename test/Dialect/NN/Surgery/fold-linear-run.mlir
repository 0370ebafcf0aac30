// Chains of linear layers, other operations and second readers in between, drawn by lot:
// folded, they compute the same. One function for each seed.

// RUN: tacit-reference %s --pipeline='func.func(nn-fold-linear)' --compiled | FileCheck %s
// CHECK-COUNT-8: : right
// CHECK-NEXT: 8 functions

// Of 40 layers 19 are left.
// RUN: grep -c '^  %.* = nn.linear' %s | FileCheck %s --check-prefix=BEFORE
// BEFORE: {{^}}40{{$}}
// RUN: tacit-reference %s --pipeline='func.func(nn-fold-linear)' --mlir-print-ir-after-all 2>&1 \
// RUN:   | grep -c '= nn.linear' | FileCheck %s --check-prefix=AFTER
// AFTER: {{^}}19{{$}}

func.func @chain_0(%x0: tensor<2x3xf32>, %w1: tensor<3x24xf32> {test.weight},
                 %w2: tensor<4xf32> {test.weight}, %w3: tensor<4x24xf32> {test.weight},
                 %w4: tensor<4x16xf32> {test.weight}, %w5: tensor<4xf32> {test.weight},
                 %w6: tensor<16x4xf32> {test.weight}, %w7: tensor<24xf32> {test.weight},
                 %w8: tensor<24x4xf32> {test.weight})
    -> (tensor<2x24xf32>) {
  %0 = nn.linear %x0, %w1 : (tensor<2x3xf32>, tensor<3x24xf32>) -> tensor<2x24xf32>
  %1 = nn.tanh %0 : tensor<2x24xf32>
  %2 = nn.transpose %w3 [1, 0] : (tensor<4x24xf32>) -> tensor<24x4xf32>
  %3 = nn.linear %1, %2 bias(%w2) : (tensor<2x24xf32>, tensor<24x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %4 = nn.linear %3, %w4 : (tensor<2x4xf32>, tensor<4x16xf32>) -> tensor<2x16xf32>
  %5 = nn.linear %4, %w6 bias(%w5) : (tensor<2x16xf32>, tensor<16x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %6 = nn.transpose %w8 [1, 0] : (tensor<24x4xf32>) -> tensor<4x24xf32>
  %7 = nn.linear %5, %6 bias(%w7) : (tensor<2x4xf32>, tensor<4x24xf32>, tensor<24xf32>) -> tensor<2x24xf32>
  return %7 : tensor<2x24xf32>
}

func.func @chain_1(%x0: tensor<24xf32>, %w1: tensor<24x24xf32> {test.weight},
                 %w2: tensor<24xf32> {test.weight}, %w3: tensor<24x24xf32> {test.weight},
                 %w4: tensor<1x24xf32> {test.weight})
    -> (tensor<1xf32>) {
  %0 = nn.linear %x0, %w1 : (tensor<24xf32>, tensor<24x24xf32>) -> tensor<24xf32>
  %1 = nn.linear %0, %w3 bias(%w2) : (tensor<24xf32>, tensor<24x24xf32>, tensor<24xf32>) -> tensor<24xf32>
  %2 = nn.transpose %w4 [1, 0] : (tensor<1x24xf32>) -> tensor<24x1xf32>
  %3 = nn.linear %1, %2 : (tensor<24xf32>, tensor<24x1xf32>) -> tensor<1xf32>
  return %3 : tensor<1xf32>
}

func.func @chain_2(%x0: tensor<3xf32>, %w1: tensor<3x4xf32> {test.weight},
                 %w2: tensor<40xf32> {test.weight}, %w3: tensor<4x40xf32> {test.weight},
                 %w4: tensor<40x40xf32> {test.weight})
    -> (tensor<40xf32>, tensor<3xf32>) {
  %0 = nn.linear %x0, %w1 : (tensor<3xf32>, tensor<3x4xf32>) -> tensor<4xf32>
  %1 = nn.linear %0, %w3 bias(%w2) : (tensor<4xf32>, tensor<4x40xf32>, tensor<40xf32>) -> tensor<40xf32>
  %2 = nn.tanh %1 : tensor<40xf32>
  %3 = nn.linear %2, %w4 : (tensor<40xf32>, tensor<40x40xf32>) -> tensor<40xf32>
  return %3, %x0 : tensor<40xf32>, tensor<3xf32>
}

func.func @chain_3(%x0: tensor<24xf32>, %w1: tensor<40xf32> {test.weight},
                 %w2: tensor<24x40xf32> {test.weight}, %w3: tensor<16xf32> {test.weight},
                 %w4: tensor<16x40xf32> {test.weight}, %w5: tensor<40xf32> {test.weight},
                 %w6: tensor<16x40xf32> {test.weight}, %w7: tensor<40xf32> {test.weight},
                 %w8: tensor<40x40xf32> {test.weight}, %w9: tensor<40x4xf32> {test.weight},
                 %w10: tensor<16xf32> {test.weight}, %w11: tensor<4x16xf32> {test.weight},
                 %w12: tensor<24xf32> {test.weight}, %w13: tensor<16x24xf32> {test.weight})
    -> (tensor<24xf32>) {
  %0 = nn.linear %x0, %w2 bias(%w1) : (tensor<24xf32>, tensor<24x40xf32>, tensor<40xf32>) -> tensor<40xf32>
  %1 = nn.transpose %w4 [1, 0] : (tensor<16x40xf32>) -> tensor<40x16xf32>
  %2 = nn.linear %0, %1 bias(%w3) : (tensor<40xf32>, tensor<40x16xf32>, tensor<16xf32>) -> tensor<16xf32>
  %3 = nn.linear %2, %w6 bias(%w5) : (tensor<16xf32>, tensor<16x40xf32>, tensor<40xf32>) -> tensor<40xf32>
  %4 = nn.transpose %w8 [1, 0] : (tensor<40x40xf32>) -> tensor<40x40xf32>
  %5 = nn.linear %3, %4 bias(%w7) : (tensor<40xf32>, tensor<40x40xf32>, tensor<40xf32>) -> tensor<40xf32>
  %6 = nn.tanh %5 : tensor<40xf32>
  %7 = nn.linear %6, %w9 : (tensor<40xf32>, tensor<40x4xf32>) -> tensor<4xf32>
  %8 = nn.linear %7, %w11 bias(%w10) : (tensor<4xf32>, tensor<4x16xf32>, tensor<16xf32>) -> tensor<16xf32>
  %9 = nn.linear %8, %w13 bias(%w12) : (tensor<16xf32>, tensor<16x24xf32>, tensor<24xf32>) -> tensor<24xf32>
  return %9 : tensor<24xf32>
}

func.func @chain_4(%x0: tensor<16xf32>, %w1: tensor<24xf32> {test.weight},
                 %w2: tensor<24x16xf32> {test.weight}, %w3: tensor<4xf32> {test.weight},
                 %w4: tensor<4x16xf32> {test.weight}, %w5: tensor<16xf32> {test.weight},
                 %w6: tensor<4x16xf32> {test.weight})
    -> (tensor<16xf32>) {
  %0 = nn.transpose %w2 [1, 0] : (tensor<24x16xf32>) -> tensor<16x24xf32>
  %1 = nn.linear %x0, %0 bias(%w1) : (tensor<16xf32>, tensor<16x24xf32>, tensor<24xf32>) -> tensor<24xf32>
  %2 = nn.transpose %w4 [1, 0] : (tensor<4x16xf32>) -> tensor<16x4xf32>
  %3 = nn.linear %x0, %2 bias(%w3) : (tensor<16xf32>, tensor<16x4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = nn.linear %3, %w6 bias(%w5) : (tensor<4xf32>, tensor<4x16xf32>, tensor<16xf32>) -> tensor<16xf32>
  return %4 : tensor<16xf32>
}

func.func @chain_5(%x0: tensor<2x5x16xf32>, %w1: tensor<24x16xf32> {test.weight},
                 %w2: tensor<16xf32> {test.weight}, %w3: tensor<16x24xf32> {test.weight},
                 %w4: tensor<16x1xf32> {test.weight}, %w5: tensor<4x1xf32> {test.weight},
                 %w6: tensor<4xf32> {test.weight}, %w7: tensor<4x4xf32> {test.weight},
                 %w8: tensor<4x4xf32> {test.weight}, %w9: tensor<4xf32> {test.weight},
                 %w10: tensor<4x4xf32> {test.weight}, %w11: tensor<24xf32> {test.weight},
                 %w12: tensor<24x4xf32> {test.weight})
    -> (tensor<2x5x24xf32>, tensor<2x5x24xf32>) {
  %0 = nn.transpose %w1 [1, 0] : (tensor<24x16xf32>) -> tensor<16x24xf32>
  %1 = nn.linear %x0, %0 : (tensor<2x5x16xf32>, tensor<16x24xf32>) -> tensor<2x5x24xf32>
  %2 = nn.transpose %w3 [1, 0] : (tensor<16x24xf32>) -> tensor<24x16xf32>
  %3 = nn.linear %1, %2 bias(%w2) : (tensor<2x5x24xf32>, tensor<24x16xf32>, tensor<16xf32>) -> tensor<2x5x16xf32>
  %4 = nn.linear %3, %w4 : (tensor<2x5x16xf32>, tensor<16x1xf32>) -> tensor<2x5x1xf32>
  %5 = nn.transpose %w5 [1, 0] : (tensor<4x1xf32>) -> tensor<1x4xf32>
  %6 = nn.linear %4, %5 : (tensor<2x5x1xf32>, tensor<1x4xf32>) -> tensor<2x5x4xf32>
  %7 = nn.linear %6, %w7 bias(%w6) : (tensor<2x5x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<2x5x4xf32>
  %8 = nn.transpose %w8 [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %9 = nn.linear %7, %8 : (tensor<2x5x4xf32>, tensor<4x4xf32>) -> tensor<2x5x4xf32>
  %10 = nn.tanh %9 : tensor<2x5x4xf32>
  %11 = nn.linear %6, %w10 bias(%w9) : (tensor<2x5x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<2x5x4xf32>
  %12 = nn.tanh %11 : tensor<2x5x4xf32>
  %13 = nn.transpose %w12 [1, 0] : (tensor<24x4xf32>) -> tensor<4x24xf32>
  %14 = nn.linear %12, %13 bias(%w11) : (tensor<2x5x4xf32>, tensor<4x24xf32>, tensor<24xf32>) -> tensor<2x5x24xf32>
  return %14, %1 : tensor<2x5x24xf32>, tensor<2x5x24xf32>
}

func.func @chain_6(%x0: tensor<1x2x16xf32>, %w1: tensor<40xf32> {test.weight},
                 %w2: tensor<16x40xf32> {test.weight}, %w3: tensor<16xf32> {test.weight},
                 %w4: tensor<16x40xf32> {test.weight}, %w5: tensor<1xf32> {test.weight},
                 %w6: tensor<16x1xf32> {test.weight})
    -> (tensor<1x2x1xf32>, tensor<1x2x16xf32>) {
  %0 = nn.linear %x0, %w2 bias(%w1) : (tensor<1x2x16xf32>, tensor<16x40xf32>, tensor<40xf32>) -> tensor<1x2x40xf32>
  %1 = nn.transpose %w4 [1, 0] : (tensor<16x40xf32>) -> tensor<40x16xf32>
  %2 = nn.linear %0, %1 bias(%w3) : (tensor<1x2x40xf32>, tensor<40x16xf32>, tensor<16xf32>) -> tensor<1x2x16xf32>
  %3 = nn.linear %2, %w6 bias(%w5) : (tensor<1x2x16xf32>, tensor<16x1xf32>, tensor<1xf32>) -> tensor<1x2x1xf32>
  return %3, %x0 : tensor<1x2x1xf32>, tensor<1x2x16xf32>
}

func.func @chain_7(%x0: tensor<1x16xf32>, %w1: tensor<40xf32> {test.weight},
                 %w2: tensor<16x40xf32> {test.weight}, %w3: tensor<1xf32> {test.weight},
                 %w4: tensor<1x40xf32> {test.weight}, %w5: tensor<40xf32> {test.weight},
                 %w6: tensor<40x1xf32> {test.weight}, %w7: tensor<1x40xf32> {test.weight},
                 %w8: tensor<4xf32> {test.weight}, %w9: tensor<1x4xf32> {test.weight},
                 %w10: tensor<1xf32> {test.weight}, %w11: tensor<4x1xf32> {test.weight},
                 %w12: tensor<1xf32> {test.weight}, %w13: tensor<1x1xf32> {test.weight},
                 %w14: tensor<16xf32> {test.weight}, %w15: tensor<1x16xf32> {test.weight})
    -> (tensor<1x16xf32>, tensor<1x1xf32>) {
  %0 = nn.linear %x0, %w2 bias(%w1) : (tensor<1x16xf32>, tensor<16x40xf32>, tensor<40xf32>) -> tensor<1x40xf32>
  %1 = nn.tanh %0 : tensor<1x40xf32>
  %2 = nn.transpose %w4 [1, 0] : (tensor<1x40xf32>) -> tensor<40x1xf32>
  %3 = nn.linear %1, %2 bias(%w3) : (tensor<1x40xf32>, tensor<40x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %4 = nn.transpose %w6 [1, 0] : (tensor<40x1xf32>) -> tensor<1x40xf32>
  %5 = nn.linear %3, %4 bias(%w5) : (tensor<1x1xf32>, tensor<1x40xf32>, tensor<40xf32>) -> tensor<1x40xf32>
  %6 = nn.transpose %w7 [1, 0] : (tensor<1x40xf32>) -> tensor<40x1xf32>
  %7 = nn.linear %5, %6 : (tensor<1x40xf32>, tensor<40x1xf32>) -> tensor<1x1xf32>
  %8 = nn.linear %7, %w9 bias(%w8) : (tensor<1x1xf32>, tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %9 = nn.linear %8, %w11 bias(%w10) : (tensor<1x4xf32>, tensor<4x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %10 = nn.linear %9, %w13 bias(%w12) : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %11 = nn.linear %10, %w15 bias(%w14) : (tensor<1x1xf32>, tensor<1x16xf32>, tensor<16xf32>) -> tensor<1x16xf32>
  return %11, %3 : tensor<1x16xf32>, tensor<1x1xf32>
}
