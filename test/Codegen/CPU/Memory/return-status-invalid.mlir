// RUN: tacit-opt %s -cpu-return-status -verify-diagnostics

// An assertion in a loop is of no single value.
func.func @main(%weights: memref<0xi8>, %arena: memref<0xi8>, %x: memref<4xi1>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %ok = memref.load %x[%i] : memref<4xi1>
    // expected-error @below {{'cf.assert' op depends on values and is in a region of its own; expected it in the body of @main}}
    cf.assert %ok, "x has a false"
  }
  return
}
