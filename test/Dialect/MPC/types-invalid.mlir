// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// One bit holds no sign.
// expected-error @below {{a ring of 1 bits; expected 2 to 128}}
func.func private @narrow(!mpc.share<4, width = 1, fraction = 0>)

// -----

// Rings are at most two machine words.
// expected-error @below {{a ring of 256 bits; expected 2 to 128}}
func.func private @wide(!mpc.share<4, width = 256, fraction = 18>)

// -----

// The two numbers exchanged.
// expected-error @below {{a fraction of 64 bits in a ring of 18; expected 0 to 17, so that the width is larger}}
func.func private @exchanged(!mpc.share<4, width = 18, fraction = 64>)

// -----

// expected-error @below {{a fraction of -1 bits in a ring of 64; expected 0 to 63, so that the width is larger}}
func.func private @negative(!mpc.share<4, width = 64, fraction = -1>)

// -----

// A product that was meant to be a sum.
// expected-error @below {{a share of more than 2^40 elements, or of a negative number}}
func.func private @huge(!mpc.share<1048576x1048576x2, width = 64, fraction = 18>)

// -----

// A dimension that is free in nn.
// expected-error @below {{expected static shape}}
func.func private @free(!mpc.share<?x4, width = 64, fraction = 18>)

// -----

// An element type, as a tensor has.
// expected-error @below {{invalid dimension}}
func.func private @typed(!mpc.share<4xf32, width = 64, fraction = 18>)

// -----

// expected-error @below {{expected ','}}
func.func private @short(!mpc.share<4, width = 64>)

// -----

// A cost under a misspelt name would be lost.
func.func @misspelt() {
  // expected-error @below {{'func.return' op has attribute 'mpc.costs' = 3 : i64, which the mpc dialect does not define there}}
  return {mpc.costs = 3 : i64}
}

// -----

// The right name with something else in it.
func.func @not_a_cost() {
  // expected-error @below {{'func.return' op has attribute 'mpc.cost' = 3 : i64, which the mpc dialect does not define there}}
  return {mpc.cost = 3 : i64}
}
