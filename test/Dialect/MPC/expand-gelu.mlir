// What the kinds of GELU become, against the functions themselves: 400 numbers each.

// RUN: tacit-reference %s --pipeline='func.func(mpc-expand)' | FileCheck %s
// CHECK: {{^}}8 functions

// RUN: tacit-opt %s -mpc-expand -mpc-annotate-costs | %python %inputs/sum-costs.py | FileCheck %s --check-prefix=BYTES
// BYTES-DAG: {{^}}erf: 313600 bytes
// BYTES-DAG: {{^}}tanh: 313600 bytes
// BYTES-DAG: {{^}}puma: 588800 bytes
// BYTES-DAG: {{^}}bumblebee: 588800 bytes
// BYTES-DAG: {{^}}bolt: 582400 bytes
// BYTES-DAG: {{^}}nimbus: 377600 bytes
// BYTES-DAG: {{^}}quad: 6400 bytes

// The series of eight terms costs 784 bytes a number, and is within 0.01 of GELU up to 2.5;
// beyond it parts with it quickly. The tanh form is computed by the same series. Polynomials
// cost 1184 bytes where there are three bounds and powers up to 6.

func.func @erf(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-2.5, 2.5]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 1.0e-2, test.at_least = 1.0e-3}) {
  %y = mpc.gelu erf %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @erf_beyond(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-3.0, 3.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 1.0e3, test.at_least = 1.0e-2}) {
  %y = mpc.gelu erf %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @tanh(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-2.0, 2.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 6.0e-4, test.at_least = 6.0e-5}) {
  %y = mpc.gelu tanh %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @puma(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-4.0, 4.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 2.0e-4, test.at_least = 2.0e-5}) {
  %y = mpc.gelu puma %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @bumblebee(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-6.0, 6.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 2.0e-4, test.at_least = 2.0e-5}) {
  %y = mpc.gelu bumblebee %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @bolt(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-4.0, 4.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 4.0e-5, test.at_least = 4.0e-6}) {
  %y = mpc.gelu bolt %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @nimbus(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-4.0, 4.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 2.0e-5, test.at_least = 2.0e-6}) {
  %y = mpc.gelu nimbus %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @quad(%x: !mpc.share<400, width = 64, fraction = 18> {test.uniform = [-4.0, 4.0]})
    -> (!mpc.share<400, width = 64, fraction = 18> {test.within = 1.0e-5, test.at_least = 1.0e-6}) {
  %y = mpc.gelu quad %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}
