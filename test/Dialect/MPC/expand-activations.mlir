// What activations become, against the functions themselves: 400 numbers each.

// RUN: tacit-reference %s --pipeline='func.func(mpc-expand)' | FileCheck %s
// CHECK: {{^}}4 functions

// RUN: tacit-opt %s -mpc-expand -mpc-annotate-costs | %python %inputs/sum-costs.py | FileCheck %s --check-prefix=BYTES
// BYTES-DAG: {{^}}relu: 185600 bytes
// BYTES-DAG: {{^}}sigmoid: 300800 bytes
// BYTES-DAG: {{^}}tanh: 300800 bytes
// BYTES-DAG: {{^}}silu: 313600 bytes

// A ReLU is exact and costs 368 bytes a number: a sign, and a product. Sigmoid and tanh
// cost 1136, silu a product more; what they lack is what exp lacks.

func.func @relu(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-6.0, 6.0]})
    -> (!mpc.share<400, width = 64, fraction = 18>) {
  %y = mpc.relu %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @sigmoid(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-6.0, 6.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 1.5e-3, test.at_least = 5.0e-4}) {
  %y = mpc.sigmoid %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @tanh(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-6.0, 6.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 3.0e-3, test.at_least = 3.0e-4}) {
  %y = mpc.tanh %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @silu(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-6.0, 6.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 4.0e-3, test.at_least = 4.0e-4}) {
  %y = mpc.silu %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}
