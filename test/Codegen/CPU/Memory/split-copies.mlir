// RUN: tacit-opt %s -cpu-split-copies | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: memref<3x5xf32>, %[[Y:.+]]: memref<3x8xf32>)
// CHECK: %[[LEFT:.+]] = memref.subview %[[Y]][0, 0] [3, 5] [1, 1]
// CHECK-NOT: memref.copy
// CHECK: scf.for %[[I:.+]] = %{{.+}} to %c3 step %
// CHECK: %[[FROM:.+]] = memref.subview %[[X]][%[[I]], 0] [1, 5] [1, 1] : memref<3x5xf32> to memref<5xf32, strided<[1], offset: ?>>
// CHECK: %[[TO:.+]] = memref.subview %[[LEFT]][%[[I]], 0] [1, 5] [1, 1] : memref<3x5xf32, strided<[8, 1]>> to memref<5xf32, strided<[1], offset: ?>>
// CHECK: memref.copy %[[FROM]], %[[TO]]
// CHECK-NOT: memref.copy
// CHECK: return
func.func @main(%x: memref<3x5xf32>, %y: memref<3x8xf32>) {
  %left = memref.subview %y[0, 0] [3, 5] [1, 1] : memref<3x8xf32> to memref<3x5xf32, strided<[8, 1]>>
  memref.copy %x, %left : memref<3x5xf32> to memref<3x5xf32, strided<[8, 1]>>
  return
}

// One loop: behind it, two dimensions are one block on both sides.
// CHECK-LABEL: func.func @blocks(
// CHECK: scf.for
// CHECK-NOT: scf.for
// CHECK: memref.copy {{.*}} : memref<2x4xf32, strided<[4, 1], offset: ?>> to memref<2x4xf32, strided<[4, 1], offset: ?>>
func.func @blocks(%x: memref<3x2x4xf32>, %y: memref<3x5x4xf32>) {
  %part = memref.subview %y[0, 1, 0] [3, 2, 4] [1, 1, 1]
      : memref<3x5x4xf32> to memref<3x2x4xf32, strided<[20, 4, 1], offset: 4>>
  memref.copy %x, %part : memref<3x2x4xf32> to memref<3x2x4xf32, strided<[20, 4, 1], offset: 4>>
  return
}

// Every second element, or a length known at run time: one by one.
// CHECK-LABEL: func.func @elements(
// CHECK-SAME: %[[N:[^ ]+]]: index)
// CHECK-NOT: memref.copy
// CHECK: scf.for
// CHECK: %[[V:.+]] = memref.load
// CHECK: memref.store %[[V]]
// CHECK: scf.for %{{.+}} = %{{.+}} to %[[N]] step
// CHECK: memref.load
// CHECK-NOT: memref.copy
// CHECK: return
func.func @elements(%x: memref<8xf32>, %y: memref<4xf32>, %n: index) {
  %second = memref.subview %x[0] [4] [2] : memref<8xf32> to memref<4xf32, strided<[2]>>
  memref.copy %second, %y : memref<4xf32, strided<[2]>> to memref<4xf32>
  %a = memref.subview %x[0] [%n] [1] : memref<8xf32> to memref<?xf32, strided<[1]>>
  %b = memref.subview %x[4] [%n] [1] : memref<8xf32> to memref<?xf32, strided<[1], offset: 4>>
  memref.copy %a, %b : memref<?xf32, strided<[1]>> to memref<?xf32, strided<[1], offset: 4>>
  return
}

// One block on both sides, if at an offset: a memcpy.
// CHECK-LABEL: func.func @whole(
// CHECK-NOT: scf.for
// CHECK: memref.copy
func.func @whole(%x: memref<5xf32>, %y: memref<3x5xf32>) {
  %row = memref.subview %y[1, 0] [1, 5] [1, 1] : memref<3x5xf32> to memref<5xf32, strided<[1], offset: 5>>
  memref.copy %x, %row : memref<5xf32> to memref<5xf32, strided<[1], offset: 5>>
  return
}
