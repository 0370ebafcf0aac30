// RUN: tacit-opt %s -cpu-parallelize | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: memref<8xf32>)
// CHECK-DAG: %[[C0:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[C8:.+]] = arith.constant 8 : index
// CHECK-DAG: %[[C1:.+]] = arith.constant 1 : index
// CHECK: omp.parallel {
// CHECK-NEXT: omp.wsloop nowait {
// CHECK-NEXT: omp.loop_nest (%[[I:.+]]) : index = (%[[C0]]) to (%[[C8]]) step (%[[C1]]) {
// CHECK-NEXT: memref.store %{{.+}}, %[[X]][%[[I]]]
// CHECK-NEXT: omp.yield
// CHECK: omp.terminator
func.func @main(%x: memref<8xf32>) {
  %one = arith.constant 1.0 : f32
  scf.forall (%i) in (8) {
    memref.store %one, %x[%i] : memref<8xf32>
  }
  return
}

// The outer loop has the threads; a task's buffer is made once per thread.
// CHECK-LABEL: func.func @nested(
// CHECK: omp.parallel {
// CHECK-NEXT: memref.alloca() : memref<8xf32>
// CHECK-NEXT: omp.wsloop
// CHECK: omp.loop_nest (%[[I:.+]], %[[J:.+]]) : index = {{.*}} collapse(2)
// CHECK-NOT: omp.parallel
// CHECK: scf.for %[[K:.+]] =
// CHECK: memref.store %{{.+}}, %{{.+}}[%[[I]], %[[J]], %[[K]]]
// CHECK-NOT: scf.forall
// CHECK: return
func.func @nested(%x: memref<4x2x8xf32>) {
  %one = arith.constant 1.0 : f32
  scf.forall (%i, %j) in (4, 2) {
    %row = memref.alloca() : memref<8xf32>
    scf.forall (%k) in (8) {
      memref.store %one, %row[%k] : memref<8xf32>
      memref.store %one, %x[%i, %j, %k] : memref<4x2x8xf32>
    }
  }
  return
}

// A loop over no dimension runs once.
// CHECK-LABEL: func.func @once(
// CHECK-NOT: omp.
// CHECK: memref.store
// CHECK-NEXT: return
func.func @once(%x: memref<f32>) {
  %one = arith.constant 1.0 : f32
  scf.forall () in () {
    memref.store %one, %x[] : memref<f32>
  }
  return
}
