// RUN: tacit-opt %s -cpu-plan-memory -split-input-file -verify-diagnostics

// expected-error @below {{expected a function @main with one block: the model}}
module {
  func.func private @main()
}

// -----

// A row of half a million numbers does not fit on the stack of a thread.
func.func @main(%weights: memref<0xi8>, %x: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  scf.forall (%i) in (4) {
    // expected-error @below {{a parallel task needs a buffer of type 'memref<500000xf32>'; expected at most 1048576 bytes of 1048576 that a task may use}}
    %row = memref.alloc() : memref<500000xf32>
    %v = memref.load %row[%c0] : memref<500000xf32>
    memref.store %v, %x[%i] : memref<4xf32>
  }
  return
}

// -----

// Nor do two rows that fit one by one.
func.func @main(%weights: memref<0xi8>, %x: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  scf.forall (%i) in (4) {
    %first = memref.alloc() : memref<200000xf32>
    %v = memref.load %first[%c0] : memref<200000xf32>
    // expected-error @below {{a parallel task needs a buffer of type 'memref<200000xf32>'; expected at most 248576 bytes of 1048576 that a task may use}}
    %second = memref.alloc() : memref<200000xf32>
    memref.store %v, %second[%c0] : memref<200000xf32>
    memref.store %v, %x[%i] : memref<4xf32>
  }
  return
}

// -----

// A free dimension that a later hand put in.
func.func @main(%weights: memref<0xi8>, %x: memref<4xi64>) {
  %c0 = arith.constant 0 : index
  %v = memref.load %x[%c0] : memref<4xi64>
  %n = arith.index_cast %v : i64 to index
  // expected-error @below {{cannot plan a buffer of type 'memref<?xf32>'; expected a known size}}
  %0 = memref.alloc(%n) : memref<?xf32>
  memref.copy %0, %0 : memref<?xf32> to memref<?xf32>
  return
}

// -----

// A size that each task computes for itself, without a bound.
func.func @main(%weights: memref<0xi8>, %n: index) {
  // expected-error @below {{determines a size; expected arithmetic on the sizes of inputs}}
  scf.forall (%i) in (%n) {
    %row = memref.alloc(%i) : memref<?xf32>
    memref.copy %row, %row : memref<?xf32> to memref<?xf32>
  }
  return
}
