// RUN: tacit-opt %s -cpu-plan-memory -canonicalize -split-input-file -allow-unregistered-dialect | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK: module attributes {cpu.arena_bytes = 64 : i64}
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
// CHECK: cpu.arena_bytes = 192 : i64
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
// CHECK: cpu.arena_bytes = 0 : i64
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

// -----

// Where sizes are free, places are computed where the program begins. The first and the
// third buffer are not alive at the same time and have the same size but for a number
// that is known: they share the slot of the larger one.
// CHECK-NOT: cpu.arena_bytes
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %[[ARENA:[^:]+]]: memref<1xi8>, %[[N:.+]]: index) {
// CHECK: %[[LARGE:.+]] = arith.muli %[[N]], %c32
// CHECK: %[[LINES:.+]] = arith.ceildivsi %[[LARGE]], %c64
// CHECK: %[[FIRST:.+]] = arith.muli %[[LINES]], %c64
// CHECK: %[[END:.+]] = arith.addi %[[FIRST]], %{{.+}}
// CHECK: %[[ALL:.+]] = memref.view %[[ARENA]][%c0][%[[END]]] : memref<1xi8> to memref<?xi8>
// CHECK: memref.view %[[ALL]][%c0][%[[N]]] : memref<?xi8> to memref<?x4xf32>
// CHECK: memref.view %[[ALL]][%[[FIRST]]][%[[N]]] : memref<?xi8> to memref<?x2xf32>
// CHECK: memref.view %[[ALL]][%c0][%[[N]]] : memref<?xi8> to memref<?x8xf32>
func.func @main(%weights: memref<0xi8>, %n: index) {
  %0 = memref.alloc(%n) : memref<?x4xf32>
  %1 = memref.alloc(%n) : memref<?x2xf32>
  "test.use"(%0, %1) : (memref<?x4xf32>, memref<?x2xf32>) -> ()
  %2 = memref.alloc(%n) : memref<?x8xf32>
  "test.use"(%1, %2) : (memref<?x2xf32>, memref<?x8xf32>) -> ()
  return
}

// -----

// On the stack of a task: of a bounded buffer as much as it may need, of a free one what
// it needs, if that fits.
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %{{.+}}: memref<1xi8>, %[[N:.+]]: index) {
// CHECK: %[[BYTES:.+]] = arith.muli %{{.+}}, %c64
// CHECK: %[[SUM:.+]] = arith.addi %[[BYTES]], %c64
// CHECK: %[[FITS:.+]] = arith.cmpi sle, %[[SUM]], %c1048576
// CHECK: cf.assert %[[FITS]], "a parallel task would need more than 1048576 bytes of working memory"
// CHECK: scf.forall
// CHECK-DAG: memref.alloca(%[[BYTES]]) {alignment = 64 : i64} : memref<?xi8>
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<32xi8>
// CHECK: memref.view %{{.+}}[%c0][%[[N]]] : memref<?xi8> to memref<?xf32>
// CHECK: memref.view %{{.+}}[%c0][%{{.+}}] : memref<32xi8> to memref<?xf32>
func.func @main(%weights: memref<0xi8>, %n: index) {
  scf.forall (%i) = (0) to (%n) step (8) {
    %rows = affine.min affine_map<(d0)[s0] -> (s0 - d0, 8)>(%i)[%n]
    %row = memref.alloc(%n) : memref<?xf32>
    %tile = memref.alloc(%rows) : memref<?xf32>
    "test.use"(%row, %tile) : (memref<?xf32>, memref<?xf32>) -> ()
  }
  return
}
