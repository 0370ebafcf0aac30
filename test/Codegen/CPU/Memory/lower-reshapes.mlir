// RUN: tacit-opt %s -cpu-lower-reshapes | FileCheck %s
// RUN: tacit-opt %s -cpu-lower-reshapes -expand-strided-metadata | FileCheck %s --check-prefix=GONE

// The first function is the example of the pass's documentation.

// GONE-NOT: memref.expand_shape

// CHECK-DAG: #[[PRODUCT:.+]] = affine_map<()[s0] -> (s0 * 12)>
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: memref<?xf32>, %[[B:.+]]: index, %[[S:.+]]: index)
// CHECK: %[[BASE:[^,]+]], %{{.+}} = memref.extract_strided_metadata %[[X]]
// CHECK: %[[Y:.+]] = memref.reinterpret_cast %[[BASE]] to offset: [0], sizes: [%[[B]], %[[S]]], strides: [%[[S]], 1]
// CHECK: return %[[Y]] : memref<?x?xf32>
func.func @main(%x: memref<?xf32>, %b: index, %s: index) -> memref<?x?xf32> {
  %0 = memref.expand_shape %x [[0, 1]] output_shape [%b, %s] : memref<?xf32> into memref<?x?xf32>
  return %0 : memref<?x?xf32>
}

// A dimension behind, and a part of a larger buffer: strides begin with the source's.
// CHECK-LABEL: func.func @columns(
// CHECK-SAME: %[[X:.+]]: memref<?x12xf32, strided<[12, 1], offset: ?>>, %[[B:.+]]: index, %[[S:.+]]: index)
// CHECK: %[[BASE:[^,]+]], %[[AT:[^,]+]], %{{.+}} = memref.extract_strided_metadata %[[X]]
// CHECK: %[[STRIDE:.+]] = affine.apply #[[PRODUCT]]()[%[[S]]]
// CHECK: memref.reinterpret_cast %[[BASE]] to offset: [%[[AT]]], sizes: [%[[B]], %[[S]], 3, 4], strides: [%[[STRIDE]], 12, 4, 1]
func.func @columns(%x: memref<?x12xf32, strided<[12, 1], offset: ?>>, %b: index, %s: index)
    -> memref<?x?x3x4xf32, strided<[?, 12, 4, 1], offset: ?>> {
  %0 = memref.expand_shape %x [[0, 1], [2, 3]] output_shape [%b, %s, 3, 4]
      : memref<?x12xf32, strided<[12, 1], offset: ?>> into memref<?x?x3x4xf32, strided<[?, 12, 4, 1], offset: ?>>
  return %0 : memref<?x?x3x4xf32, strided<[?, 12, 4, 1], offset: ?>>
}

// One free dimension of a group follows from the others.
// CHECK-LABEL: func.func @one(
// CHECK-NEXT: memref.expand_shape
func.func @one(%x: memref<?xf32>, %b: index) -> memref<?x4xf32> {
  %0 = memref.expand_shape %x [[0, 1]] output_shape [%b, 4] : memref<?xf32> into memref<?x4xf32>
  return %0 : memref<?x4xf32>
}
