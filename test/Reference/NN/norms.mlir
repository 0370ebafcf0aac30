// Softmax and norms.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}5 functions

// Logarithms of 1, 2, 3, and much larger ones: only differences matter.
func.func @softmax(%x: tensor<2x3xf32> {test.value = dense<[[0.0, 0.6931472, 1.0986123], [1000.0, 1000.0, -1000.0]]> : tensor<2x3xf32>},
                   %e: tensor<2xf32> {test.value = dense<0xFF800000> : tensor<2xf32>})
    -> (tensor<2x3xf32> {test.expected = dense<[[0.16666667, 0.33333334, 0.5], [0.5, 0.5, 0.0]]> : tensor<2x3xf32>, test.within = 1.0e-7},
        tensor<2xf32> {test.expected = dense<0x7FC00000> : tensor<2xf32>}) {
  %0 = nn.softmax %x axis = 1 : tensor<2x3xf32>
  %1 = nn.softmax %e axis = 0 : tensor<2xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<2xf32>
}

func.func @softmax_columns(%x: tensor<2x2xf32> {test.value = dense<[[0.0, 1.0986123], [1.0986123, 0.0]]> : tensor<2x2xf32>})
    -> (tensor<2x2xf32> {test.expected = dense<[[0.25, 0.75], [0.75, 0.25]]> : tensor<2x2xf32>, test.within = 1.0e-7}) {
  %0 = nn.softmax %x axis = 0 : tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// Mean 3 and variance 4 in the first row; nothing but the bias is left of the second.
func.func @layer_norm(%x: tensor<2x2xf32> {test.value = dense<[[1.0, 5.0], [3.0, 3.0]]> : tensor<2x2xf32>},
                      %g: tensor<2xf32> {test.value = dense<[2.0, 3.0]> : tensor<2xf32>},
                      %b: tensor<2xf32> {test.value = dense<[0.5, 10.0]> : tensor<2xf32>})
    -> (tensor<2x2xf32> {test.expected = dense<[[-1.0, 1.0], [0.0, 0.0]]> : tensor<2x2xf32>, test.within = 1.0e-6},
        tensor<2x2xf32> {test.expected = dense<[[-1.5, 13.0], [0.5, 10.0]]> : tensor<2x2xf32>, test.within = 1.0e-6},
        tensor<2x2xf32> {test.expected = dense<[[-0.39442718, 10.894427], [0.5, 10.0]]> : tensor<2x2xf32>, test.within = 1.0e-5}) {
  %e = nn.layer_norm %x epsilon = 1.0e-10 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.layer_norm %x scale(%g) bias(%b) epsilon = 1.0e-10 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %2 = nn.layer_norm %x bias(%b) epsilon = 1.0 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %e, %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// Nothing of a row of equal numbers is left, and of nearly equal ones what they differ by:
// the mean is rounded to f32, and 1/sqrt(epsilon) would make a thousandth of that.
func.func @equal_rows(%x: tensor<3x5xf32> {test.value = dense<[[1234.0, 1234.0, 1234.0, 1234.0, 1234.0], [0.1, 0.1, 0.1, 0.1, 0.1], [3333.3333, 3333.3333, 3333.3333, 3333.3333, 3333.3335]]> : tensor<3x5xf32>})
    -> (tensor<3x5xf32> {test.expected = dense<[[0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0], [-0.01543345, -0.01543345, -0.01543345, -0.01543345, 0.06173381]]> : tensor<3x5xf32>, test.within = 1.0e-6}) {
  %y = nn.layer_norm %x epsilon = 1.0e-5 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  return %y : tensor<3x5xf32>
}

// The mean square of 3 and 4 is 12.5; with an epsilon of 3.5 it is 16.
func.func @rms_norm(%x: tensor<1x2xf32> {test.value = dense<[[3.0, 4.0]]> : tensor<1x2xf32>},
                    %g: tensor<2xf32> {test.value = dense<[2.0, -1.0]> : tensor<2xf32>})
    -> (tensor<1x2xf32> {test.expected = dense<[[0.75, 1.0]]> : tensor<1x2xf32>, test.within = 1.0e-7},
        tensor<1x2xf32> {test.expected = dense<[[1.5, -1.0]]> : tensor<1x2xf32>, test.within = 1.0e-6}) {
  %0 = nn.rms_norm %x epsilon = 3.5 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = nn.rms_norm %x scale(%g) epsilon = 3.5 : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}
