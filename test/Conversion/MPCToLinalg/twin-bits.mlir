// The compiled twin gives, bit by bit, what exact integers modulo 2^width give: with
// CrypTen's functions and the bounded ones, in rings of 64 and of 40 bits. A program with
// another scale in its norm differs.

// RUN: rm -rf %t && mkdir -p %t/in
// RUN: %python %inputs/npy.py write %t/in/x.npy float32 2x3x16 -0.3326 0.6649 -0.2939 -0.4096 -1.2090 -0.2773 1.4455 0.5514 1.3479 0.3236 0.5132 0.2409 -2.1659 1.1118 0.6583 0.6485 -2.1988 -2.2671 -1.1565 -0.6086 0.3971 -0.0597 0.6773
// RUN: tacit-opt %s -cpu-check-program -o %t/nn.mlir

// RUN: tacit-opt %t/nn.mlir -convert-nn-to-mpc="width=64 fraction=18" -mpc-expand -o %t/a.mlir
// RUN: tacit-opt %t/a.mlir -convert-mpc-to-linalg -convert-nn-to-linalg -o %t/a.linalg.mlir
// RUN: tacit run %t/a.linalg.mlir --from linalg --input x=%t/in/x.npy --output-dir %t/a > %t/log
// RUN: %python %inputs/mpc-twin.py %t/a.mlir %t/in %t/a | FileCheck %s
// CHECK: gelu: 96 numbers, 0 differ
// CHECK: attention: 96 numbers, 0 differ

// RUN: tacit-opt %t/nn.mlir -convert-nn-to-mpc="width=64 fraction=18" -mpc-expand=recipe=crypten-bounded -o %t/b.mlir
// RUN: tacit-opt %t/b.mlir -convert-mpc-to-linalg -convert-nn-to-linalg -o %t/b.linalg.mlir
// RUN: tacit run %t/b.linalg.mlir --from linalg --input x=%t/in/x.npy --output-dir %t/b > %t/log
// RUN: %python %inputs/mpc-twin.py %t/b.mlir %t/in %t/b

// RUN: tacit-opt %t/nn.mlir -convert-nn-to-mpc="width=40 fraction=12" -mpc-expand -o %t/c.mlir
// RUN: tacit-opt %t/c.mlir -convert-mpc-to-linalg -convert-nn-to-linalg -o %t/c.linalg.mlir
// RUN: tacit run %t/c.linalg.mlir --from linalg --input x=%t/in/x.npy --output-dir %t/c > %t/log
// RUN: %python %inputs/mpc-twin.py %t/c.mlir %t/in %t/c

// RUN: tacit-opt %t/nn.mlir -convert-nn-to-mpc="width=64 fraction=18" -mpc-expand=norm-scale=2 -o %t/d.mlir
// RUN: not %python %inputs/mpc-twin.py %t/d.mlir %t/in %t/a | FileCheck %s --check-prefix=OTHER
// OTHER: bolt: 96 numbers, 0 differ
// OTHER: norm: 96 numbers, {{[1-9][0-9]*}} differ

func.func @main(%x: tensor<2x3x16xf32> {nn.name = "x"}) -> (tensor<2x3x16xf32> {nn.name = "gelu"}, tensor<2x3x16xf32> {nn.name = "bolt"}, tensor<2x3x16xf32> {nn.name = "norm"}, tensor<2x3x16xf32> {nn.name = "silu"}, tensor<2x3x2xf32> {nn.name = "linear"}, tensor<2x3x16xf32> {nn.name = "attention"}) {
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
