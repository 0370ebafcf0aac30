// Norms that are scaled, for small variances, against the functions themselves: 20 rows each.

// RUN: tacit-reference %s --pipeline='func.func(mpc-expand{norm-scale=4})' | FileCheck %s
// CHECK: {{^}}2 functions

// RUN: tacit-opt %s -mpc-expand=norm-scale=4 -mpc-annotate-costs | %python %inputs/sum-costs.py | FileCheck %s --check-prefix=BYTES
// BYTES-DAG: {{^}}layer_norm: 48640 bytes
// BYTES-DAG: {{^}}rms_norm: 48640 bytes

// They cost no more.

func.func @layer_norm(%x: !mpc.share<20x64, width = 64, fraction = 18> {test.normal = [0.0, 0.2]})
    -> (!mpc.share<20x64, width = 64, fraction = 18> {test.within = 2.0e-3, test.at_least = 2.0e-4}) {
  %y = mpc.layer_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}

func.func @rms_norm(%x: !mpc.share<20x64, width = 64, fraction = 18> {test.normal = [0.0, 0.12]})
    -> (!mpc.share<20x64, width = 64, fraction = 18> {test.within = 4.0e-4, test.at_least = 4.0e-5}) {
  %y = mpc.rms_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}
