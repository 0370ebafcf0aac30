// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=9 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=final+0 2>&1 | FileCheck %s -DTEXT="final+0"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=0+ 2>&1 | FileCheck %s -DTEXT="0+"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=3-1 2>&1 | FileCheck %s -DTEXT="3-1"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=1-2-3 2>&1 | FileCheck %s -DTEXT="1-2-3"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=9999999999 2>&1 | FileCheck %s -DTEXT="9999999999"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites= 2>&1 | FileCheck %s -DTEXT=""

// CHECK: error: '[[TEXT]]' names no sites; expected all, blocks, final, or block numbers
// CHECK-NEXT: try: write 0+2+4-7 for the blocks 0, 2, 4, 5, 6 and 7

// MISSING: [[@LINE+1]]:1: error: '9' names block 9; the model has block 0 alone
func.func @main() {
  return
}
