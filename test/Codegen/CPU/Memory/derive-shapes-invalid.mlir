// RUN: tacit-opt %s -cpu-derive-shapes -split-input-file -verify-diagnostics

// expected-error @below {{expected a function @main with one block: the model}}
module {
}

// -----

// Before cpu-plan-memory there is no arena.
// expected-error @below {{has free dimensions, but is not a program as cpu-plan-memory leaves it}}
func.func @main(%weights: memref<0xi8>, %x: memref<1xf32>, %n: index) {
  return
}

// -----

// What an output's size is must follow from sizes, and not from a value of the run.
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?xi64>, dims = ["n"]>],
    outputs = [<name = "y", type = tensor<?xf32>>],
    dims = ["n"]>} {
  func.func @main(%weights: memref<0xi8>, %arena: memref<1xi8>, %x: memref<1xi64>, %y: memref<1xf32>, %n: index) -> index {
    %c0 = arith.constant 0 : index
    %all = memref.view %arena[%c0][%n] : memref<1xi8> to memref<?xi8>
    // expected-error @below {{determines a size; expected arithmetic on the sizes of inputs}}
    %v = memref.load %x[%c0] : memref<1xi64>
    %size = arith.index_cast %v : i64 to index
    return %size : index
  }
}

// -----

// Nor can a number shifted out of its range be seen.
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?xi64>, dims = ["n"]>],
    outputs = [<name = "y", type = tensor<?xf32>>],
    dims = ["n"]>} {
  func.func @main(%weights: memref<0xi8>, %arena: memref<1xi8>, %x: memref<1xi64>, %y: memref<1xf32>, %n: index) -> index {
    %c0 = arith.constant 0 : index
    %all = memref.view %arena[%c0][%n] : memref<1xi8> to memref<?xi8>
    // expected-error @below {{determines a size; expected arithmetic on the sizes of inputs}}
    %size = arith.shli %n, %n : index
    return %size : index
  }
}
