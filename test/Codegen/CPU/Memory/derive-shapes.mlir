// RUN: tacit-opt %s -cpu-derive-shapes -canonicalize -cse -split-input-file | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK: module attributes {cpu.checks = ["x is empty", "the sizes of these inputs lead to a dimension that is negative or too large"]
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %{{.+}}: memref<1xi8>, %{{.+}}: memref<1xf32>, %{{.+}}: memref<1xf32>, %{{.+}}: index) {
// CHECK-NOT: cf.assert
// CHECK: return{{$}}
// CHECK: func.func @shapes(%[[DIMS:.+]]: memref<1xi64>, %[[SIZES:.+]]: memref<3xi64>) -> i64 {
// CHECK: %[[WORD:.+]] = memref.load %[[DIMS]][%c0]
// CHECK: %[[N:.+]] = arith.index_cast %[[WORD]] : i64 to index
// CHECK: %[[FITS:.+]] = arith.cmpi sge, %[[N]], %c0
// CHECK: %[[EMPTY:.+]] = arith.cmpi slt, %[[N]], %c1
// CHECK: %[[FIRST:.+]] = arith.extui %[[EMPTY]] : i1 to i64
// CHECK: %[[CODE:.+]] = arith.select %[[FITS]], %[[FIRST]], %c2_i64
// CHECK: memref.store %[[WORD]], %[[SIZES]][%c0]
// CHECK: memref.store %[[WORD]], %[[SIZES]][%c1]
// CHECK: memref.store %c2_i64, %[[SIZES]][%c2]
// CHECK: return %[[CODE]]
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?xf32>, dims = ["n"]>],
    outputs = [<name = "y", type = tensor<?x2xf32>>],
    dims = ["n"]>} {
  func.func @main(%weights: memref<0xi8>, %arena: memref<1xi8>, %x: memref<1xf32>, %y: memref<1xf32>, %n: index) -> index {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %positive = arith.cmpi sge, %n, %c1 : index
    cf.assert %positive, "x is empty"
    %all = memref.view %arena[%c0][%n] : memref<1xi8> to memref<?xi8>
    return %n : index
  }
}

// -----

// A product is looked at where it is made, in floating point; a division is by
// something else than 0 and -1; affine minima become arithmetic.
// CHECK: func.func @shapes(
// CHECK: %[[PRODUCT:.+]] = arith.muli %[[N:.+]], %{{.+}} : index
// CHECK: arith.minsi
// CHECK: arith.select %{{.+}}, %c1, %[[N]] : index
// CHECK: %[[EXACT:.+]] = arith.mulf
// CHECK: arith.cmpf olt, %[[EXACT]]
// CHECK-NOT: affine
// CHECK: return
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?x?xf32>, dims = ["n", "m"]>],
    outputs = [<name = "y", type = tensor<?xf32>>],
    dims = ["n", "m"]>} {
  func.func @main(%weights: memref<0xi8>, %arena: memref<1xi8>, %x: memref<1xf32>, %y: memref<1xf32>,
                  %n: index, %m: index) -> index {
    %c0 = arith.constant 0 : index
    %product = arith.muli %n, %m : index
    %least = affine.min affine_map<()[s0] -> (s0, 64)>()[%product]
    %part = arith.divsi %least, %n : index
    %all = memref.view %arena[%c0][%product] : memref<1xi8> to memref<?xi8>
    return %part : index
  }
}

// -----

// Nothing is free.
// CHECK: func.func @main(
// CHECK-NOT: @shapes
func.func @main(%weights: memref<0xi8>, %arena: memref<0xi8>, %x: memref<4xf32>) {
  return
}
