// RUN: tacit-opt %s -cpu-parallelize=min-operations=1000 | FileCheck %s

// The first loop computes 8 x (1 + 20 x 2) + 8 operations, the second ten times as many, and
// the size of the third is not known.
// CHECK-LABEL: func.func @main(
// CHECK: scf.for
// CHECK: memref.store
// CHECK: omp.parallel
// CHECK: omp.parallel
// CHECK-NOT: scf.forall
func.func @main(%x: memref<8xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c20 = arith.constant 20 : index
  %c200 = arith.constant 200 : index
  scf.forall (%i) in (8) {
    scf.for %j = %c0 to %c20 step %c1 {
      %0 = memref.load %x[%i] : memref<8xf32>
      memref.store %0, %x[%i] : memref<8xf32>
    }
  }
  scf.forall (%i) in (8) {
    scf.for %j = %c0 to %c200 step %c1 {
      %0 = memref.load %x[%i] : memref<8xf32>
      memref.store %0, %x[%i] : memref<8xf32>
    }
  }
  scf.forall (%i) in (%n) {
    %0 = memref.load %x[%i] : memref<8xf32>
    memref.store %0, %x[%i] : memref<8xf32>
  }
  return
}
