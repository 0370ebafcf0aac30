// The compiled twin gives, bit by bit, what exact integers modulo 2^width give: with
// CrypTen's functions and the bounded ones, in rings of 64 and of 40 bits. A program with
// whole functions in place of their steps differs.

// RUN: tacit-opt %s -convert-nn-to-mpc="width=64 fraction=18" -mpc-expand | tacit-reference --compiled | FileCheck %s
// RUN: tacit-opt %s -convert-nn-to-mpc="width=64 fraction=18" -mpc-expand=recipe=crypten-bounded | tacit-reference --compiled | FileCheck %s
// RUN: tacit-opt %s -convert-nn-to-mpc="width=40 fraction=12" -mpc-expand | tacit-reference --compiled | FileCheck %s
// CHECK: @main: right

// RUN: tacit-opt %s -convert-nn-to-mpc="width=64 fraction=18" | not tacit-reference --pipeline="func.func(mpc-expand)" | FileCheck %s --check-prefix=OTHER
// OTHER: @main: result 0 of the changed program is {{.*}}, at most 0.000e+00 away

func.func @main(%x: tensor<2x3x16xf32> {nn.name = "x"})
    -> (tensor<2x3x16xf32> {nn.name = "gelu", test.ulp = 0},
        tensor<2x3x16xf32> {nn.name = "bolt", test.ulp = 0},
        tensor<2x3x16xf32> {nn.name = "norm", test.ulp = 0},
        tensor<2x3x16xf32> {nn.name = "silu", test.ulp = 0},
        tensor<2x3x2xf32> {nn.name = "linear", test.ulp = 0},
        tensor<2x3x16xf32> {nn.name = "attention", test.ulp = 0}) {
  %s = nn.constant dense<[0.435, 0.365, 0.048, -0.200, 0.409, 0.072, 0.382, 0.348, 0.008, -0.086, 0.099, -0.069, -0.339, -0.195, 0.313, -0.457]> : tensor<16xf32>
  %w = nn.constant dense<[[-0.528, -0.794], [-0.208, -0.690], [-0.867, -0.197], [0.836, 0.601], [0.530, -0.556], [0.073, -0.447], [-0.655, -0.788], [-0.571, 0.855], [0.658, 0.613], [0.601, -0.613], [-0.380, 0.254], [0.464, 0.709], [0.760, -0.827], [0.212, 0.343], [0.012, -0.644], [-0.053, -0.821]]> : tensor<16x2xf32>
  %b = nn.constant dense<[0.3, -1.2]> : tensor<2xf32>
  %g = nn.constant dense<[-1.815, 0.505, -0.878, 0.138, -0.115, -0.629, 1.989, -1.218, -0.349, -1.189, 0.531, -0.895, -0.577, 0.988, -0.717, 0.234]> : tensor<16xf32>
  %m = nn.constant dense<[[true, false, false], [true, true, false], [true, true, true]]> : tensor<3x3xi1>
  // The server's: what follows is secret.
  %y = nn.add %x, %s : (tensor<2x3x16xf32>, tensor<16xf32>) -> tensor<2x3x16xf32>
  %0 = nn.gelu erf %y : tensor<2x3x16xf32>
  %1 = nn.gelu bolt %y : tensor<2x3x16xf32>
  %2 = nn.layer_norm %y scale(%g) epsilon = 1.0e-05 : (tensor<2x3x16xf32>, tensor<16xf32>) -> tensor<2x3x16xf32>
  %3 = nn.silu %y : tensor<2x3x16xf32>
  %4 = nn.linear %y, %w bias(%b) : (tensor<2x3x16xf32>, tensor<16x2xf32>, tensor<2xf32>) -> tensor<2x3x2xf32>
  %5 = nn.attention %y, %y, %y mask(%m) scale = 2.500000e-01 fill = -1.000000e+09 : (tensor<2x3x16xf32>, tensor<2x3x16xf32>, tensor<2x3x16xf32>, tensor<3x3xi1>) -> tensor<2x3x16xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<2x3x16xf32>, tensor<2x3x16xf32>, tensor<2x3x16xf32>, tensor<2x3x16xf32>, tensor<2x3x2xf32>, tensor<2x3x16xf32>
}
