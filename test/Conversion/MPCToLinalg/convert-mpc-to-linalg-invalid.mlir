// RUN: tacit-opt %s -convert-mpc-to-linalg -split-input-file -verify-diagnostics

// The protocol was not chosen yet.
func.func @f(%x: !mpc.share<2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.relu' op is a whole function, which each protocol computes in its own way; expected its primitives, as mpc-expand produces them}}
  %0 = mpc.relu %x : !mpc.share<2, width = 64, fraction = 18>
  return
}

// -----

// Two words to a number: no arithmetic of the machine.
func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'mpc.share' op computes in a ring of 128 bits; expected at most 64 in the clear}}
  %0 = mpc.share %x from client : tensor<2xf32> to !mpc.share<2, width = 128, fraction = 18>
  return
}
