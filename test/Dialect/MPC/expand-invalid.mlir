// RUN: tacit-opt %s -mpc-expand -split-input-file -verify-diagnostics
// RUN: not tacit-opt %s -mpc-expand=recipe=spdz 2>&1 | FileCheck %s --check-prefix=RECIPE
// RUN: not tacit-opt %s -mpc-expand=norm-scale=3 2>&1 | FileCheck %s --check-prefix=SCALE
// RUN: not tacit-opt %s -mpc-expand='recipe=tacit norm-scale=4' 2>&1 | FileCheck %s --check-prefix=OWNSCALE
// RUN: not tacit-opt %s -mpc-expand=recipe=tacit 2>&1 | FileCheck %s --check-prefix=OWNRING

// OWNSCALE: norm-scale is 4; expected 1 with recipe=tacit, whose norms take any variance
// OWNRING: 'mpc.gelu' op computes with a fraction of 18 bits in a ring of 44 bits; expected at most 24 in a ring of 64 with recipe=tacit
// SCALE: norm-scale is 3; expected a power of two from 1 to 256
// RECIPE: Cannot find option named 'spdz'!

// The fraction that suits a ring of 64 bits, in one of 44. Every function is reported.
func.func @narrow(%x: !mpc.share<4, width = 44, fraction = 18>) -> !mpc.share<4, width = 44, fraction = 18> {
  // expected-error @+2 {{'mpc.gelu' op computes with a fraction of 18 bits in a ring of 44 bits; expected a ring of at least 45 bits, which its products fit into}}
  // expected-note @+1 {{choose a larger width, or a fraction of fewer bits}}
  %0 = mpc.gelu erf %x : !mpc.share<4, width = 44, fraction = 18>
  // expected-error @+2 {{'mpc.softmax' op computes with a fraction of 18 bits in a ring of 44 bits; expected a ring of at least 45 bits, which its products fit into}}
  // expected-note @+1 {{choose a larger width, or a fraction of fewer bits}}
  %1 = mpc.softmax %0 axis = 0 : !mpc.share<4, width = 44, fraction = 18>
  return %1 : !mpc.share<4, width = 44, fraction = 18>
}
