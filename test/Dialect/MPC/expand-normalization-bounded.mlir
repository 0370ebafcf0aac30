// Norms for every variance, against the functions themselves: 20 rows each.

// RUN: tacit-reference %s --pipeline='func.func(mpc-expand{recipe=crypten-bounded})' | FileCheck %s
// CHECK: {{^}}3 functions

// RUN: tacit-opt %s -mpc-expand=recipe=crypten-bounded -mpc-annotate-costs | %python %inputs/sum-costs.py | FileCheck %s --check-prefix=BYTES
// BYTES-DAG: {{^}}softmax: 541120 bytes
// BYTES-DAG: {{^}}layer_norm: 53440 bytes
// BYTES-DAG: {{^}}rms_norm: 53440 bytes

// Six steps of rsqrt in place of three: 240 bytes a row more.

func.func @softmax(%x: !mpc.share<20x16, width = 64, fraction = 18> {test.uniform = [-8.0, 8.0]})
    -> (!mpc.share<20x16, width = 64, fraction = 18> {test.within = 6.0e-3, test.at_least = 6.0e-4}) {
  %y = mpc.softmax %x axis = 1 : !mpc.share<20x16, width = 64, fraction = 18>
  return %y : !mpc.share<20x16, width = 64, fraction = 18>
}

func.func @layer_norm(%x: !mpc.share<20x64, width = 64, fraction = 18> {test.normal = [0.0, 0.1]})
    -> (!mpc.share<20x64, width = 64, fraction = 18> {test.within = 5.0e-2, test.at_least = 5.0e-3}) {
  %y = mpc.layer_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}

func.func @rms_norm(%x: !mpc.share<20x64, width = 64, fraction = 18> {test.normal = [0.0, 10.0]})
    -> (!mpc.share<20x64, width = 64, fraction = 18> {test.within = 1.0e-3, test.at_least = 1.0e-4}) {
  %y = mpc.rms_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}
