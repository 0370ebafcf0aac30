// The same in a ring of 40 bits, with 12 bits of fraction.

// RUN: tacit-reference %s --pipeline='func.func(mpc-expand)' | FileCheck %s
// CHECK: {{^}}1 function

func.func @sigmoid(%x: !mpc.share<400, width = 40, fraction = 12> {test.uniform = [-6.0, 6.0]})
    -> (!mpc.share<400, width = 40, fraction = 12> {test.within = 2.0e-2, test.at_least = 2.0e-3}) {
  %y = mpc.sigmoid %x : !mpc.share<400, width = 40, fraction = 12>
  return %y : !mpc.share<400, width = 40, fraction = 12>
}
