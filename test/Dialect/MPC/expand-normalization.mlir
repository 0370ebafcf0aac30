// What softmax and norms become, against the functions themselves: 20 rows each.

// RUN: tacit-reference %s --pipeline='func.func(mpc-expand)' | FileCheck %s
// CHECK: {{^}}6 functions

// RUN: tacit-opt %s -mpc-expand -mpc-annotate-costs | %python %inputs/sum-costs.py | FileCheck %s --check-prefix=BYTES
// BYTES-DAG: {{^}}softmax_16: 541120 bytes
// BYTES-DAG: {{^}}softmax_128: 3811520 bytes
// BYTES-DAG: {{^}}softmax_keep: 541120 bytes
// BYTES-DAG: {{^}}layer_norm: 48640 bytes
// BYTES-DAG: {{^}}rms_norm: 48640 bytes

// A norm costs 48 bytes a number, and 368 a row. The initial value of rsqrt is one for
// variances from 0.1 to 150: at 0.04 it fails. Softmax costs 160 bytes a number and 608 a
// row; the rest is its maximum.

func.func @softmax_16(%x: !mpc.share<20x16, width = 64, fraction = 18> {test.uniform = [-8.0, 8.0]})
    -> (!mpc.share<20x16, width = 64, fraction = 18> {test.within = 6.0e-3, test.at_least = 6.0e-4}) {
  %y = mpc.softmax %x axis = 1 : !mpc.share<20x16, width = 64, fraction = 18>
  return %y : !mpc.share<20x16, width = 64, fraction = 18>
}

func.func @softmax_128(%x: !mpc.share<20x128, width = 64, fraction = 18> {test.uniform = [-8.0, 8.0]})
    -> (!mpc.share<20x128, width = 64, fraction = 18> {test.within = 2.5e-3, test.at_least = 2.5e-4}) {
  %y = mpc.softmax %x axis = 1 : !mpc.share<20x128, width = 64, fraction = 18>
  return %y : !mpc.share<20x128, width = 64, fraction = 18>
}

func.func @softmax_keep(%x: !mpc.share<20x16, width = 64, fraction = 18> {test.uniform = [-8.0, 8.0]})
    -> (!mpc.share<20x16, width = 64, fraction = 18> {test.within = 6.0e-3, test.at_least = 6.0e-4}) {
  %mask = nn.constant dense<[1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0]> : tensor<16xf32>
  %keep = mpc.public %mask as mask : tensor<16xf32>
  %y = mpc.softmax %x keep(%keep : tensor<16xf32>) axis = 1 : !mpc.share<20x16, width = 64, fraction = 18>
  return %y : !mpc.share<20x16, width = 64, fraction = 18>
}

func.func @layer_norm(%x: !mpc.share<20x64, width = 64, fraction = 18> {test.normal = [0.5, 2.0]})
    -> (!mpc.share<20x64, width = 64, fraction = 18> {test.within = 1.0e-3, test.at_least = 1.0e-4}) {
  %y = mpc.layer_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}

func.func @rms_norm(%x: !mpc.share<20x64, width = 64, fraction = 18> {test.normal = [0.5, 2.0]})
    -> (!mpc.share<20x64, width = 64, fraction = 18> {test.within = 2.0e-3, test.at_least = 2.0e-4}) {
  %y = mpc.rms_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}

func.func @layer_norm_small(%x: !mpc.share<20x64, width = 64, fraction = 18> {test.normal = [0.0, 0.2]})
    -> (!mpc.share<20x64, width = 64, fraction = 18> {test.within = 1.0e9, test.at_least = 1.0e-3}) {
  %y = mpc.layer_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}
