// RUN: tacit-opt %s -cpu-bind-dimensions -split-input-file -verify-diagnostics -allow-unregistered-dialect

// A program that is not ours.
// expected-error @below {{expected a function @main with one block: the model}}
module {
}

// -----

// The interface was dropped by hand.
// expected-error @below {{has free dimensions; expected 'nn.interface' with a list 'dims' of their names}}
func.func @main(%weights: memref<0xi8>, %x: memref<?xf32>) {
  return
}

// -----

// The interface is of a program whose sizes are known.
module attributes {nn.interface = #nn.interface<inputs = [], outputs = []>} {
  // expected-error @below {{has free dimensions; expected 'nn.interface' with a list 'dims' of their names}}
  func.func @main(%weights: memref<0xi8>, %x: memref<?xf32>) {
    return
  }
}

// -----

// The function was changed, not the interface: a dimension that is not free there, and one
// that it does not have.
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?x4xf32>, dims = ["n", ""]>],
    outputs = [],
    dims = ["n"]>} {
  // expected-error @below {{dimension 1 of argument 1 is free; expected 'nn.interface' to name it}}
  func.func @main(%weights: memref<0xi8>, %x: memref<?x?xf32>) {
    return
  }
}

// -----

module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<?x4xf32>, dims = ["n", ""]>],
    outputs = [],
    dims = ["n"]>} {
  // expected-error @below {{dimension 0 of argument 1 is free; expected 'nn.interface' to name it}}
  func.func @main(%weights: memref<0xi8>, %x: memref<?x4x1xf32>) {
    return
  }
}
