// RUN: not tacit-opt %s "-convert-nn-to-mpc=width=32 fraction=16" 2>&1 | FileCheck %s --check-prefix=NARROW
// RUN: not tacit-opt %s -convert-nn-to-mpc=fraction=0 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not tacit-opt %s -convert-nn-to-mpc=width=256 2>&1 | FileCheck %s --check-prefix=WIDE

// A ring that holds a number, but no product.
// NARROW: a fraction of 16 bits in a ring of 32; expected 1 to 15, because a product has twice as many before it is truncated
// NONE: a fraction of 0 bits in a ring of 64; expected 1 to 31
// WIDE: a ring of 256 bits; expected 2 to 128
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
