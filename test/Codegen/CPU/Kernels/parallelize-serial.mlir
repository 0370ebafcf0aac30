// RUN: tacit-opt %s -cpu-parallelize=threads=false | FileCheck %s

// Without threads, loops are serial. The buffer of a task lies in front of them all, because
// in a loop each iteration would take more of the stack.
// CHECK-LABEL: func.func @nested(
// CHECK-NOT: omp.
// CHECK: %[[BUFFER:.+]] = memref.alloca() : memref<4xf32>
// CHECK: scf.for %[[I:.+]] = %{{.+}} to %{{.+}} step
// CHECK-NEXT: %{{.+}} = memref.load %{{.+}}[%[[I]]]
// CHECK: scf.for %[[J:.+]] = %{{.+}} to %{{.+}} step
// CHECK: memref.store %{{.+}}, %[[BUFFER]][%[[J]]]
// CHECK-NOT: memref.alloca
// CHECK-NOT: scf.forall
func.func @nested(%x: memref<8xf32>) {
  scf.forall (%i) in (8) {
    %0 = memref.load %x[%i] : memref<8xf32>
    scf.forall (%j) in (4) {
      %buffer = memref.alloca() : memref<4xf32>
      memref.store %0, %buffer[%j] : memref<4xf32>
      %1 = memref.load %buffer[%j] : memref<4xf32>
      memref.store %1, %x[%i] : memref<8xf32>
    }
  }
  return
}
