// RUN: tacit-opt %s -nn-fold-linear -split-input-file -verify-diagnostics
// RUN: not tacit-opt %s -nn-fold-linear=sites=Everywhere 2>&1 | FileCheck %s

// CHECK: error: 'Everywhere' does not name sites; expected all, blocks, final, block numbers or names

// The program of a phase, without the weights that lie beside it.
func.func @missing(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w1 = nn.constant dense<1.0> : tensor<2x2xf32>
  // expected-error @below {{weight 'fc.weight' does not have the 16 bytes of 'tensor<2x2xf32>'; tacit reads the file of weights beside a program, tacit-opt does not}}
  %w2 = nn.constant dense_resource<fc.weight> : tensor<2x2xf32>
  %0 = nn.linear %x, %w1 : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = nn.linear %0, %w2 : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// A bias that was cut off.
func.func @short(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = nn.constant dense<1.0> : tensor<2x2xf32>
  // expected-error @below {{weight 'fc.bias' does not have the 8 bytes of 'tensor<2xf32>'; tacit reads the file of weights beside a program, tacit-opt does not}}
  %b = nn.constant dense_resource<fc.bias> : tensor<2xf32>
  %0 = nn.linear %x, %w bias(%b) : (tensor<2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = nn.linear %0, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      fc.bias: "0x080000000000803f"
    }
  }
#-}
