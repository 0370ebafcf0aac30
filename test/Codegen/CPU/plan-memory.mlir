// RUN: tacit-opt %s -cpu-plan-memory -canonicalize -split-input-file | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK: module attributes {nn.arena_bytes = 64 : i64}
// CHECK: func.func @main(%{{.+}}: memref<64xi8>, %[[ARENA:.+]]: memref<64xi8>, %[[X:.+]]: memref<16xf32>, %[[Y:.+]]: memref<16xf32>)
// CHECK: %[[BUFFER:.+]] = memref.view %[[ARENA]][%c0][] : memref<64xi8> to memref<16xf32>
// CHECK: memref.copy %[[X]], %[[BUFFER]]
// CHECK: memref.copy %[[BUFFER]], %[[Y]]
func.func @main(%weights: memref<64xi8>, %x: memref<16xf32>, %y: memref<16xf32>) {
  %0 = memref.alloc() : memref<16xf32>
  memref.copy %x, %0 : memref<16xf32> to memref<16xf32>
  memref.copy %0, %y : memref<16xf32> to memref<16xf32>
  return
}

// -----

// The first buffer lives as long as its view is read; only the third takes its place.
// CHECK: nn.arena_bytes = 192 : i64
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %[[ARENA:.+]]: memref<192xi8>,
// CHECK-NOT: memref.alloc
// CHECK: memref.view %[[ARENA]][%[[AT:c128|c0]]][] {{.*}} to memref<16xf32>
// CHECK: memref.view %[[ARENA]][%{{c0|c64}}][] {{.*}} to memref<32xf32>
// CHECK: memref.view %[[ARENA]][%[[AT]]][] {{.*}} to memref<8xf32>
// CHECK-NOT: memref.alloc
func.func @main(%weights: memref<0xi8>, %x: memref<16xf32>, %y: memref<32xf32>, %z: memref<8xf32>) {
  %0 = memref.alloc() : memref<16xf32>
  %view = memref.subview %0[0] [8] [1] : memref<16xf32> to memref<8xf32, strided<[1]>>
  memref.copy %x, %0 : memref<16xf32> to memref<16xf32>
  %1 = memref.alloc() : memref<32xf32>
  memref.copy %y, %1 : memref<32xf32> to memref<32xf32>
  memref.copy %view, %z : memref<8xf32, strided<[1]>> to memref<8xf32>
  %2 = memref.alloc() : memref<8xf32>
  memref.copy %z, %2 : memref<8xf32> to memref<8xf32>
  memref.copy %1, %y : memref<32xf32> to memref<32xf32>
  memref.copy %2, %z : memref<8xf32> to memref<8xf32>
  return
}

// -----

// A buffer of a task is on its stack, outside the loops of the task.
// CHECK: nn.arena_bytes = 0 : i64
// CHECK: scf.forall (%[[I:.+]]) in (4)
// CHECK-NEXT: %[[ROW:.+]] = memref.alloca() {alignment = 64 : i64} : memref<8xf32>
// CHECK: scf.for
// CHECK-NOT: memref.alloc
// CHECK: memref.store %{{.+}}, %[[ROW]]
func.func @main(%weights: memref<0xi8>, %x: memref<4x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.forall (%i) in (4) {
    scf.for %j = %c0 to %c8 step %c1 {
      %row = memref.alloc() : memref<8xf32>
      %v = memref.load %x[%i, %j] : memref<4x8xf32>
      memref.store %v, %row[%j] : memref<8xf32>
      %w = memref.load %row[%c0] : memref<8xf32>
      memref.store %w, %x[%i, %j] : memref<4x8xf32>
    }
  }
  return
}

// -----

// An empty cache is an argument of one dimension: a plain pointer, never read.
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %[[ARENA:.+]]: memref<0xi8>, %{{.+}}: memref<0xf32> {nn.name = "past"})
// CHECK: memref.view %[[ARENA]][%c0][] : memref<0xi8> to memref<2x0x4xf32>
func.func @main(%weights: memref<0xi8>, %past: memref<2x0x4xf32> {nn.name = "past"}) {
  %c0 = arith.constant 0 : index
  %v = memref.load %past[%c0, %c0, %c0] : memref<2x0x4xf32>
  memref.store %v, %past[%c0, %c0, %c0] : memref<2x0x4xf32>
  return
}
