// RUN: tacit-opt %s -cpu-externalize-weights -split-input-file -verify-diagnostics

// A library, not a model.
// expected-error @below {{expected a function @main with one block: the model}}
module {
  func.func @model() {
    return
  }
}

// -----

// expected-error @below {{expected a function @main with one block: the model}}
module {
  func.func private @main()
}
