// RUN: not tacit-opt %s -cpu-vectorize=panel-columns=24 2>&1 | FileCheck %s
// RUN: not tacit-opt %s -cpu-vectorize=tile-rows=0 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not tacit-opt %s -cpu-vectorize=tile-rows=100000 2>&1 | FileCheck %s --check-prefix=MANY

// CHECK: error: register tile of 8 x 24; expected 1 to 64 rows and a power of two of columns, at most 1024
// ROWS: error: register tile of 0 x 32; expected 1 to 64 rows
// MANY: error: register tile of 100000 x 32; expected 1 to 64 rows
func.func @main() {
  return
}
