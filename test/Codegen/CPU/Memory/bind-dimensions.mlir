// RUN: tacit-opt %s -cpu-bind-dimensions -canonicalize -split-input-file -allow-unregistered-dialect | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %{{.+}}: memref<1xf32>, %{{.+}}: memref<1xf32>, %[[N:.+]]: index) -> index {
// CHECK-NOT: memref.dim
// CHECK: return %[[N]] : index
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?x4xf32>, dims = ["n", ""]>],
    outputs = [],
    dims = ["n"]>} {
  func.func @main(%weights: memref<0xi8>, %x: memref<?x4xf32>, %y: memref<1xf32>) -> index {
    %c0 = arith.constant 0 : index
    %n = memref.dim %x, %c0 : memref<?x4xf32>
    return %n : index
  }
}

// -----

// Sizes go by name, in the order of the interface's list, and through every view of a
// buffer; strides are those of rows that lie one behind the other.
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %[[X:[^:]+]]: memref<1xf32> {nn.name = "x"}, %[[Y:[^:]+]]: memref<1xi1>,
// CHECK-SAME: %[[P:[^:]+]]: index, %[[N:[^:]+]]: index)
// CHECK-DAG: %[[STRIDE:.+]] = arith.muli %[[P]], %c3
// CHECK-DAG: memref.reinterpret_cast %[[X]] to offset: [0], sizes: [%[[N]], 3, %[[P]]], strides: [%[[STRIDE]], %[[P]], 1] : memref<1xf32> to memref<?x3x?xf32>
// CHECK-DAG: %[[ALL:.+]] = arith.addi %[[P]], %[[N]]
// CHECK-DAG: %[[MORE:.+]] = arith.muli %[[N]], %c3
// CHECK-NOT: memref.dim
// CHECK: "test.use"(%{{.+}}, %[[ALL]], %[[MORE]])
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?x3x?xf32>, dims = ["n", "", "past"]>,
              <name = "y", type = tensor<?xi1>, dims = ["past"]>],
    outputs = [],
    dims = ["past", "n"]>} {
  func.func @main(%weights: memref<0xi8>, %x: memref<?x3x?xf32> {nn.name = "x", nn.dims = ["n", "", "past"]},
                  %y: memref<?xi1>) {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %n = memref.dim %x, %c0 : memref<?x3x?xf32>
    %p = memref.dim %y, %c0 : memref<?xi1>
    %sum = arith.addi %p, %n : index
    %buffer = memref.alloc(%sum) : memref<?xf32>
    %all = memref.dim %buffer, %c0 : memref<?xf32>
    %flat = memref.collapse_shape %x [[0, 1], [2]] : memref<?x3x?xf32> into memref<?x?xf32>
    %more = memref.dim %flat, %c0 : memref<?x?xf32>
    "test.use"(%x, %all, %more) : (memref<?x3x?xf32>, index, index) -> ()
    return
  }
}

// -----

// Nothing is free: nothing happens, and no interface is needed.
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %{{.+}}: memref<4xf32>) {
func.func @main(%weights: memref<0xi8>, %x: memref<4xf32>) {
  return
}
