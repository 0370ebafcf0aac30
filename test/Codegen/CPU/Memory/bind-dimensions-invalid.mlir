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

// A name twice.
module attributes {nn.interface = {dims = ["n", "n"], inputs = [], outputs = []}} {
  // expected-error @below {{has free dimensions; expected 'nn.interface' with a list 'dims' of their names}}
  func.func @main(%weights: memref<0xi8>, %x: memref<?xf32>) {
    return
  }
}

// -----

// The input's own name was changed, not the list.
module attributes {nn.interface = {dims = ["n"], outputs = [],
    inputs = [{dims = ["m"], name = "x", type = tensor<?xf32>}]}} {
  // expected-error @below {{dimension 0 of argument 1 is free; expected 'nn.interface' to name it}}
  func.func @main(%weights: memref<0xi8>, %x: memref<?xf32>) {
    return
  }
}
