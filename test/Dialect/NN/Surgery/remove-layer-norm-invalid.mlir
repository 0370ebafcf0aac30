// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=9 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=layers.0-1 2>&1 | FileCheck %s -DTEXT="layers.0-1"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=0+Head 2>&1 | FileCheck %s -DTEXT="0+Head"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=0.norm 2>&1 | FileCheck %s -DTEXT="0.norm"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=0+ 2>&1 | FileCheck %s -DTEXT="0+"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=3-1 2>&1 | FileCheck %s -DTEXT="3-1"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=1-2-3 2>&1 | FileCheck %s -DTEXT="1-2-3"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=9999999999 2>&1 | FileCheck %s -DTEXT="9999999999"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites= 2>&1 | FileCheck %s -DTEXT=""

// CHECK: error: '[[TEXT]]' does not name sites; expected all, blocks, final, block numbers or names, separated by +
// CHECK-NEXT: try: write 0+2+4-7 for the blocks 0, 2, 4, 5, 6 and 7, or layers.*.ffn.norm for the sites of that name in all of them

// MISSING: [[@LINE+1]]:1: error: '9' names block 9; the model has block 0 alone
func.func @main() {
  return
}
