// RUN: not tacit-opt %s -cpu-pack-operands=panel-columns=0 2>&1 | FileCheck %s
// RUN: not tacit-opt %s -cpu-pack-operands=panel-columns=2048 2>&1 | FileCheck %s --check-prefix=WIDE

// CHECK: error: panels of 0 columns; expected 1 to 1024
// WIDE: error: panels of 2048 columns; expected 1 to 1024
func.func @main() {
  return
}
