// Whole functions are functions of real numbers, rounded to the ring.

// RUN: tacit-reference %s | FileCheck %s
// CHECK: {{^}}8 functions

func.func @relu(%x: !mpc.share<4, width = 64, fraction = 18> {test.value = dense<[-524288, -131072, 0, 393216]> : tensor<4xi64>})
    -> (!mpc.share<4, width = 64, fraction = 18> {test.expected = dense<[0.0, 0.0, 0.0, 1.5]> : tensor<4xf64>, test.within = 4.0e-6}) {
  %0 = mpc.relu %x : !mpc.share<4, width = 64, fraction = 18>
  return %0 : !mpc.share<4, width = 64, fraction = 18>
}

func.func @sigmoid(%x: !mpc.share<4, width = 64, fraction = 18> {test.value = dense<[-524288, -131072, 0, 393216]> : tensor<4xi64>})
    -> (!mpc.share<4, width = 64, fraction = 18> {test.expected = dense<[0.119202922, 0.377540669, 0.5, 0.817574476]> : tensor<4xf64>, test.within = 4.0e-6}) {
  %0 = mpc.sigmoid %x : !mpc.share<4, width = 64, fraction = 18>
  return %0 : !mpc.share<4, width = 64, fraction = 18>
}

func.func @tanh(%x: !mpc.share<4, width = 64, fraction = 18> {test.value = dense<[-524288, -131072, 0, 393216]> : tensor<4xi64>})
    -> (!mpc.share<4, width = 64, fraction = 18> {test.expected = dense<[-0.96402758, -0.462117157, 0.0, 0.905148254]> : tensor<4xf64>, test.within = 4.0e-6}) {
  %0 = mpc.tanh %x : !mpc.share<4, width = 64, fraction = 18>
  return %0 : !mpc.share<4, width = 64, fraction = 18>
}

func.func @silu(%x: !mpc.share<4, width = 64, fraction = 18> {test.value = dense<[-524288, -131072, 0, 393216]> : tensor<4xi64>})
    -> (!mpc.share<4, width = 64, fraction = 18> {test.expected = dense<[-0.238405844, -0.188770334, 0.0, 1.22636171]> : tensor<4xf64>, test.within = 4.0e-6}) {
  %0 = mpc.silu %x : !mpc.share<4, width = 64, fraction = 18>
  return %0 : !mpc.share<4, width = 64, fraction = 18>
}

func.func @gelu_erf(%x: !mpc.share<4, width = 64, fraction = 18> {test.value = dense<[-524288, -131072, 0, 393216]> : tensor<4xi64>})
    -> (!mpc.share<4, width = 64, fraction = 18> {test.expected = dense<[-0.0455002639, -0.154268769, 0.0, 1.3997892]> : tensor<4xf64>, test.within = 4.0e-6}) {
  %0 = mpc.gelu erf %x : !mpc.share<4, width = 64, fraction = 18>
  return %0 : !mpc.share<4, width = 64, fraction = 18>
}

func.func @gelu_quad(%x: !mpc.share<4, width = 64, fraction = 18> {test.value = dense<[-524288, -131072, 0, 393216]> : tensor<4xi64>})
    -> (!mpc.share<4, width = 64, fraction = 18> {test.expected = dense<[0.5, 0.40625, 0.5, 1.15625]> : tensor<4xf64>, test.within = 4.0e-6}) {
  %0 = mpc.gelu quad %x : !mpc.share<4, width = 64, fraction = 18>
  return %0 : !mpc.share<4, width = 64, fraction = 18>
}

// Logarithms of 1 to 4; the third is left out where that is said.
func.func @softmax(%x: !mpc.share<1x4, width = 64, fraction = 18> {test.value = dense<[[0, 181704, 287995, 363409]]> : tensor<1x4xi64>})
    -> (!mpc.share<1x4, width = 64, fraction = 18> {test.expected = dense<[[0.1, 0.2, 0.3, 0.4]]> : tensor<1x4xf64>, test.within = 4.0e-6},
        !mpc.share<1x4, width = 64, fraction = 18> {test.expected = dense<[[0.142857143, 0.285714286, 0.0, 0.571428571]]> : tensor<1x4xf64>, test.within = 4.0e-6}) {
  %0 = mpc.softmax %x axis = 1 : !mpc.share<1x4, width = 64, fraction = 18>
  %mask = nn.constant dense<[1.0, 1.0, 0.0, 1.0]> : tensor<4xf32>
  %keep = mpc.public %mask as mask : tensor<4xf32>
  %1 = mpc.softmax %x keep(%keep : tensor<4xf32>) axis = 1 : !mpc.share<1x4, width = 64, fraction = 18>
  return %0, %1 : !mpc.share<1x4, width = 64, fraction = 18>, !mpc.share<1x4, width = 64, fraction = 18>
}

// Of 1 and 5: the mean is 3, the variance 4, and the mean square 13.
func.func @norms(%x: !mpc.share<1x2, width = 64, fraction = 18> {test.value = dense<[[262144, 1310720]]> : tensor<1x2xi64>})
    -> (!mpc.share<1x2, width = 64, fraction = 18> {test.expected = dense<[[-1.0, 1.0]]> : tensor<1x2xf64>, test.within = 4.0e-6},
        !mpc.share<1x2, width = 64, fraction = 18> {test.expected = dense<[[0.25, 1.25]]> : tensor<1x2xf64>, test.within = 4.0e-6}) {
  %0 = mpc.layer_norm %x epsilon = 1.0e-12 : !mpc.share<1x2, width = 64, fraction = 18>
  %1 = mpc.rms_norm %x epsilon = 3.0 : !mpc.share<1x2, width = 64, fraction = 18>
  return %0, %1 : !mpc.share<1x2, width = 64, fraction = 18>, !mpc.share<1x2, width = 64, fraction = 18>
}
