// RUN: tacit-opt %s -cpu-results-to-arguments -split-input-file -allow-unregistered-dialect | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: memref<6xf32>, %[[Y:.+]]: memref<2x3xf32>) {
// CHECK: %[[PLACE:.+]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [6], strides: [1] : memref<2x3xf32> to memref<6xf32>
// CHECK: memref.copy %[[X]], %[[PLACE]]
// CHECK-NOT: memref.copy
// CHECK: return{{$}}
func.func @main(%x: memref<6xf32>) -> memref<2x3xf32> {
  %0 = memref.alloc() : memref<6xf32>
  memref.copy %x, %0 : memref<6xf32> to memref<6xf32>
  %1 = memref.expand_shape %0 [[0, 1]] output_shape [2, 3] : memref<6xf32> into memref<2x3xf32>
  return %1 : memref<2x3xf32>
}

// -----

// A buffer that is two results is computed in the first place and copied to the
// second; an input is copied, and so is a part of a buffer. Names stay.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: memref<4xf32> {nn.name = "x"}, %[[A:.+]]: memref<4xf32> {nn.name = "a"},
// CHECK-SAME: %[[B:.+]]: memref<4xf32> {nn.name = "b"}, %[[C:.+]]: memref<4xf32>, %[[D:.+]]: memref<2xf32>) {
// CHECK: memref.store %{{.+}}, %[[A]]
// CHECK: %[[BUFFER:.+]] = memref.alloc() : memref<8xf32>
// CHECK: memref.subview %[[BUFFER]]
// CHECK: %[[PART:.+]] = memref.cast
// CHECK: memref.copy %[[A]], %[[B]]
// CHECK: memref.copy %[[X]], %[[C]]
// CHECK: memref.copy %[[PART]], %[[D]]
// CHECK: return{{$}}
func.func @main(%x: memref<4xf32> {nn.name = "x"}) -> (memref<4xf32> {nn.name = "a"},
    memref<4xf32> {nn.name = "b"}, memref<4xf32>, memref<2xf32>) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %0 = memref.alloc() : memref<4xf32>
  memref.store %one, %0[%c0] : memref<4xf32>
  %1 = memref.alloc() : memref<8xf32>
  memref.store %one, %1[%c0] : memref<8xf32>
  %2 = memref.subview %1[0] [2] [1] : memref<8xf32> to memref<2xf32, strided<[1]>>
  %3 = memref.cast %2 : memref<2xf32, strided<[1]>> to memref<2xf32>
  return %0, %0, %x, %3 : memref<4xf32>, memref<4xf32>, memref<4xf32>, memref<2xf32>
}

// -----

// A result with a free dimension is computed in a plain pointer; what @main returns is
// the size. The input that is a result has its own.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: memref<?x4xf32>, %[[N:[^:]+]]: index, %[[Y:[^:]+]]: memref<1xf32> {nn.name = "y"}, %[[Z:[^:]+]]: memref<1xf32>) -> (index, index) {
// CHECK: %[[PLACE:.+]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [%[[N]], 2], strides: [2, 1] : memref<1xf32> to memref<?x2xf32>
// CHECK: "test.fill"(%[[PLACE]])
// CHECK: %[[SIZE:.+]] = memref.dim %[[X]], %c0
// CHECK: %[[SECOND:.+]] = memref.reinterpret_cast %[[Z]] to offset: [0], sizes: [%[[SIZE]], 4], strides: [4, 1] : memref<1xf32> to memref<?x4xf32>
// CHECK: memref.copy %[[X]], %[[SECOND]]
// CHECK: return %[[N]], %{{.+}} : index, index
func.func @main(%x: memref<?x4xf32>, %n: index)
    -> (memref<?x2x1xf32> {nn.name = "y", nn.dims = ["n", "", ""]}, memref<?x4xf32>) {
  %0 = memref.alloc(%n) : memref<?x2xf32>
  "test.fill"(%0) : (memref<?x2xf32>) -> ()
  %1 = memref.expand_shape %0 [[0], [1, 2]] output_shape [%n, 2, 1] : memref<?x2xf32> into memref<?x2x1xf32>
  return %1, %x : memref<?x2x1xf32>, memref<?x4xf32>
}
