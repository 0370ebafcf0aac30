// GELU for every argument, against the function itself: 400 numbers each.

// RUN: tacit-reference %s --pipeline='func.func(mpc-expand{recipe=crypten-bounded})' | FileCheck %s
// CHECK: {{^}}3 functions

// RUN: tacit-opt %s -mpc-expand=recipe=crypten-bounded -mpc-annotate-costs | %python %inputs/sum-costs.py | FileCheck %s --check-prefix=BYTES
// BYTES-DAG: {{^}}erf: 684800 bytes
// BYTES-DAG: {{^}}tanh: 684800 bytes
// BYTES-DAG: {{^}}bolt: 582400 bytes

// The series is cut off where it ends: 736 bytes more, and right everywhere to 0.016.

func.func @erf(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-12.0, 12.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 1.6e-2, test.at_least = 1.6e-3}) {
  %y = mpc.gelu erf %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @tanh(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-2.0, 2.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 6.0e-4, test.at_least = 6.0e-5}) {
  %y = mpc.gelu tanh %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @bolt(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-4.0, 4.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 4.0e-5, test.at_least = 4.0e-6}) {
  %y = mpc.gelu bolt %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}
