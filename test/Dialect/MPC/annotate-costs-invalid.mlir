// RUN: tacit-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(func.func(mpc-annotate-costs))'
// RUN: not tacit-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(mpc-annotate-costs{protocol=cheeta}))' 2>&1 | FileCheck %s

// CHECK: error: unknown protocol 'cheeta'; expected tacit, crypten, aero or the path of a .json file
// CHECK: note: choose one of these

// A formula suite has no figures for whole functions: mpc-expand was forgotten.
// expected-error-re @below {{'crypten' has no figures for mpc.gelu erf (2, the first at loc({{.+}})), mpc.softmax (1, the first at loc({{.+}}))}}
// expected-note @below {{expand whole functions first, with mpc-expand}}
func.func @whole(%x: !mpc.share<8, width = 64, fraction = 18>) -> !mpc.share<8, width = 64, fraction = 18> {
  %0 = mpc.gelu erf %x : !mpc.share<8, width = 64, fraction = 18>
  %1 = mpc.softmax %0 axis = 0 : !mpc.share<8, width = 64, fraction = 18>
  %y = mpc.gelu erf %1 : !mpc.share<8, width = 64, fraction = 18>
  return %y : !mpc.share<8, width = 64, fraction = 18>
}

// -----

// CrypTen's words have 64 bits, whatever the program would like.
// expected-error-re @below {{the figures of 'crypten' are for a ring of 64 bits; 'mpc.square' at loc({{.+}}) has 32}}
// expected-note @below {{use a width of 64}}
func.func @narrow(%x: !mpc.share<8, width = 32, fraction = 8>) {
  %0 = mpc.square %x : !mpc.share<8, width = 32, fraction = 8> to !mpc.share<8, width = 32, fraction = 16>
  return
}

// -----

// Somebody wrote a loop: how often it sends is not in the program.
// expected-error-re @below {{'mpc.exp' at loc({{.+}}) is a call, or in a loop or branch; expected operations on shares in the body of the function alone}}
// expected-note @below {{inline calls and unroll loops, so that each operation runs once}}
func.func @loop(%x: !mpc.share<8, width = 64, fraction = 8>, %n: index) {
  scf.for %i = %n to %n step %n {
    %0 = mpc.exp %x : !mpc.share<8, width = 64, fraction = 8>
  }
  return
}
