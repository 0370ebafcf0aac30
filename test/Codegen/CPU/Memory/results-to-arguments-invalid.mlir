// RUN: tacit-opt %s -cpu-results-to-arguments -split-input-file -verify-diagnostics

// --from=schedule on a program that was never bufferized.
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{gives 'tensor<4xf32>' as result 0; expected a plain buffer}}
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{expected a function @main with one block: the model}}
module {
  func.func private @main() -> memref<4xf32>
}
