// RUN: not tacit-opt %s -nn-set-multiplier="kind=lmul mantissa=0" 2>&1 | FileCheck %s --check-prefix=MANTISSA
// RUN: not tacit-opt %s -nn-set-multiplier="kind=lmul mantissa=99" 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not tacit-opt %s -nn-set-multiplier="kind=pam alpha=2" 2>&1 | FileCheck %s --check-prefix=ALPHA
// RUN: not tacit-opt %s -nn-set-multiplier="kind=pam alpha=nan" 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not tacit-opt %s -nn-set-multiplier="kind=shift_add terms=9" 2>&1 | FileCheck %s --check-prefix=TERMS
// RUN: not tacit-opt %s -nn-set-multiplier="kind=lmul scope=all" 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: not tacit-opt %s -nn-set-multiplier="kind=shift_add scope=attention" 2>&1 | FileCheck %s --check-prefix=SCOPE
// RUN: not tacit-opt %s -nn-set-multiplier=kind=mitchell 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not tacit-opt %s -nn-set-multiplier=kind=shift_add 2>&1 | FileCheck %s

// MANTISSA: error: lmul of 0 bits of mantissa; expected 1 to 23
// MANY: error: lmul of 99 bits of mantissa; expected 1 to 23
// ALPHA: error: pam with alpha = 2; expected at least 1 and less than 2
// NAN: error: pam with alpha = nan; expected at least 1 and less than 2
// TERMS: error: weights of 9 powers of two; expected 1 to 8
// ALL: Cannot find option named 'all'
// SCOPE: error: shift-add decomposes weights, and the scope 'attention' has none
// KIND: Cannot find option named 'mitchell'

// A program whose weights.bin was not attached.
// CHECK: error: weight 'fc.weight' does not have the 1024 bytes of 'tensor<16x16xf32>'; tacit reads the file of weights beside a program, tacit-opt does not
func.func @main(%x: tensor<3x16xf32>) -> tensor<3x16xf32> {
  %w = nn.constant dense_resource<"fc.weight"> : tensor<16x16xf32>
  %0 = nn.linear %x, %w : (tensor<3x16xf32>, tensor<16x16xf32>) -> tensor<3x16xf32>
  %y = nn.relu %0 : tensor<3x16xf32>
  return %y : tensor<3x16xf32>
}
