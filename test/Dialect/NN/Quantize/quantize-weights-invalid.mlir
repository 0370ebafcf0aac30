// RUN: not tacit-opt %s -nn-quantize-weights=bits=5 2>&1 | FileCheck %s --check-prefix=BITS
// RUN: not tacit-opt %s -nn-quantize-weights="bits=6 group=30" 2>&1 | FileCheck %s --check-prefix=GROUP
// RUN: not tacit-opt %s -nn-quantize-weights="bits=8 group=0" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not tacit-opt %s -nn-quantize-weights=scheme=square 2>&1 | FileCheck %s --check-prefix=SCHEME
// RUN: not tacit-opt %s -nn-quantize-weights 2>&1 | FileCheck %s

// BITS: error: weights of 5 bits; expected 4, 6 or 8
// GROUP: error: groups of 30 weights; expected a multiple of 4, because 4 weights of 6 bits can share a byte
// NONE: error: groups of 0 weights; expected 1 to 65536
// SCHEME: Cannot find option named 'square'

// A program whose weights.bin was not attached.
// CHECK: error: weight 'fc.weight' does not have the 1024 bytes of 'tensor<16x16xf32>'; tacit reads the file of weights beside a program, tacit-opt does not
func.func @main(%x: tensor<3x16xf32>) -> tensor<3x16xf32> {
  %w = nn.constant dense_resource<"fc.weight"> : tensor<16x16xf32>
  %0 = nn.linear %x, %w : (tensor<3x16xf32>, tensor<16x16xf32>) -> tensor<3x16xf32>
  %y = nn.relu %0 : tensor<3x16xf32>
  return %y : tensor<3x16xf32>
}
