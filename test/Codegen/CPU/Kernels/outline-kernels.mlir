// RUN: tacit-opt %s -split-input-file -cpu-outline-kernels | FileCheck %s

// The first program is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %{{.+}}: memref<0xi8>, %[[ARENA:.+]]: memref<64xi8>, %[[X:.+]]: memref<4xf32>, %[[Y:.+]]: memref<4xf32>)
// CHECK: %[[A:.+]] = memref.view %[[ARENA]]
// CHECK-NEXT: call @[[KERNEL:.+]](%[[X]], %[[A]]) : (memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT: call @[[KERNEL]](%[[A]], %[[Y]])
// CHECK-NEXT: return
// CHECK: func.func private @[[KERNEL]](
// CHECK-SAME: %[[FROM:.+]]: memref<4xf32>, %[[TO:.+]]: memref<4xf32>) attributes {no_inline}
// CHECK: scf.forall (%[[I:.+]]) in (4)
// CHECK: %[[V:.+]] = memref.load %[[FROM]][%[[I]]]
// CHECK: memref.store %[[V]], %[[TO]][%[[I]]]
// CHECK-NOT: func.func
func.func @main(%weights: memref<0xi8>, %arena: memref<64xi8>, %x: memref<4xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %a = memref.view %arena[%c0][] : memref<64xi8> to memref<4xf32>
  scf.forall (%i) in (4) {
    %0 = memref.load %x[%i] : memref<4xf32>
    memref.store %0, %a[%i] : memref<4xf32>
  }
  scf.forall (%i) in (4) {
    %0 = memref.load %a[%i] : memref<4xf32>
    memref.store %0, %y[%i] : memref<4xf32>
  }
  return
}

// -----

// What differs in a number, a type, or in which of two buffers is read, is not equal. A
// constant from outside the loop is not an argument.
// CHECK-LABEL: func.func @main(
// CHECK: call @kernel_0(%{{.+}}, %{{.+}}) : (memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT: call @kernel_1(%{{.+}}, %{{.+}}) : (memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT: call @kernel_2(%{{.+}}, %{{.+}}) : (memref<4xi32>, memref<4xi32>) -> ()
// CHECK-NEXT: call @kernel_3(%{{.+}}, %{{.+}}) : (memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT: return
// CHECK: func.func private @kernel_0
// CHECK-NEXT: arith.constant 1.0
// CHECK: func.func private @kernel_1
// CHECK-NEXT: arith.constant 2.0
// CHECK: func.func private @kernel_2
// CHECK: func.func private @kernel_3
func.func @main(%x: memref<4xf32>, %y: memref<4xf32>, %n: memref<4xi32>, %m: memref<4xi32>) {
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  scf.forall (%i) in (4) {
    %0 = memref.load %x[%i] : memref<4xf32>
    %1 = arith.addf %0, %one : f32
    memref.store %1, %y[%i] : memref<4xf32>
  }
  scf.forall (%i) in (4) {
    %0 = memref.load %x[%i] : memref<4xf32>
    %1 = arith.addf %0, %two : f32
    memref.store %1, %y[%i] : memref<4xf32>
  }
  scf.forall (%i) in (4) {
    %0 = memref.load %n[%i] : memref<4xi32>
    memref.store %0, %m[%i] : memref<4xi32>
  }
  scf.forall (%i) in (4) {
    %0 = memref.load %x[%i] : memref<4xf32>
    %1 = memref.load %y[%i] : memref<4xf32>
    %2 = arith.addf %1, %one : f32
    memref.store %2, %x[%i] : memref<4xf32>
  }
  return
}

// -----

// Sizes that are known at run time are arguments, and buffers of that size are looked at
// again inside. The loops of the two layers differ in the place of the buffer alone.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[ARENA:.+]]: memref<1xi8>, %[[X:.+]]: memref<1xf32>, %[[N:.+]]: index)
// CHECK: %[[A:.+]] = arith.addi
// CHECK: %[[B:.+]] = arith.muli
// CHECK: call @[[KERNEL:.+]](%[[N]], %[[X]], %[[ARENA]], %[[A]]) : (index, memref<1xf32>, memref<1xi8>, index) -> ()
// CHECK: call @[[KERNEL]](%[[N]], %[[X]], %[[ARENA]], %[[B]])
// CHECK: func.func private @[[KERNEL]](%[[N:.+]]: index, %[[X:.+]]: memref<1xf32>, %[[ARENA:.+]]: memref<1xi8>, %[[PLACE:.+]]: index)
// CHECK: %[[ROW:.+]] = memref.reinterpret_cast %[[X]] to offset: [0], sizes: [%[[N]]], strides: [1]
// CHECK: %[[TO:.+]] = memref.view %[[ARENA]][%[[PLACE]]][%[[N]]] : memref<1xi8> to memref<?xf32>
// CHECK: scf.for %[[I:.+]] = %{{.+}} to %[[N]]
// CHECK: %[[V:.+]] = memref.load %[[ROW]][%[[I]]]
// CHECK: memref.store %[[V]], %[[TO]][%[[I]]]
// CHECK-NOT: func.func
func.func @main(%arena: memref<1xi8>, %x: memref<1xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %p = arith.addi %n, %c4 : index
  %q = arith.muli %n, %c4 : index
  %row = memref.reinterpret_cast %x to offset: [0], sizes: [%n], strides: [1] : memref<1xf32> to memref<?xf32>
  %a = memref.view %arena[%p][%n] : memref<1xi8> to memref<?xf32>
  %b = memref.view %arena[%q][%n] : memref<1xi8> to memref<?xf32>
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.load %row[%i] : memref<?xf32>
    memref.store %0, %a[%i] : memref<?xf32>
  }
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.load %row[%i] : memref<?xf32>
    memref.store %0, %b[%i] : memref<?xf32>
  }
  return
}

// -----

// A part of a buffer at a known place is an argument as it is; one at a computed place is
// taken again inside.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: memref<8xf32>, %[[N:.+]]: index)
// CHECK: %[[HALF:.+]] = memref.subview %[[X]][4]
// CHECK: call @{{.+}}(%[[HALF]], %[[X]], %[[N]]) : (memref<4xf32, strided<[1], offset: 4>>, memref<8xf32>, index) -> ()
// CHECK: func.func private
// CHECK: memref.subview %{{.+}}[%{{.+}}] [4] [1]
// CHECK: linalg.generic
func.func @main(%x: memref<8xf32>, %n: index) {
  %half = memref.subview %x[4] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 4>>
  %part = memref.subview %x[%n] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: ?>>
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%half : memref<4xf32, strided<[1], offset: 4>>) outs(%part : memref<4xf32, strided<[1], offset: ?>>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

// A buffer of any size that is not a view (only a hand-written program has
// one) could not be passed as one pointer: its loop stays.
// CHECK-LABEL: func.func @main(
// CHECK: memref.alloc
// CHECK: scf.for
// CHECK-NOT: func.func
func.func @main(%n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = memref.alloc(%n) : memref<?xf32>
  scf.for %i = %c0 to %n step %c1 {
    memref.store %v, %x[%i] : memref<?xf32>
  }
  return
}

// -----

// A name that is taken is not taken twice.
// CHECK: func.func private @kernel_0()
// CHECK: call @kernel_0_0
func.func private @kernel_0()
func.func @main(%x: memref<4xf32>, %v: f32) {
  scf.forall (%i) in (4) {
    memref.store %v, %x[%i] : memref<4xf32>
  }
  return
}
