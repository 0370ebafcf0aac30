// Products of matrices, attention, rotations.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}7 functions

// A vector is a row on the left and a column on the right; leading dimensions broadcast.
func.func @matmul(%x: tensor<2x2xf32> {test.value = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>},
                  %v: tensor<2xf32> {test.value = dense<[10.0, 1.0]> : tensor<2xf32>},
                  %b: tensor<2x1x2x1xf32> {test.value = dense<[[[[1.0], [0.0]]], [[[0.0], [1.0]]]]> : tensor<2x1x2x1xf32>})
    -> (tensor<2x2xf32> {test.expected = dense<[[7.0, 10.0], [15.0, 22.0]]> : tensor<2x2xf32>},
        tensor<2xf32> {test.expected = dense<[13.0, 24.0]> : tensor<2xf32>},
        tensor<2xf32> {test.expected = dense<[12.0, 34.0]> : tensor<2xf32>},
        tensor<f32> {test.expected = dense<101.0> : tensor<f32>},
        tensor<2x1x2x1xf32> {test.expected = dense<[[[[1.0], [3.0]]], [[[2.0], [4.0]]]]> : tensor<2x1x2x1xf32>}) {
  %0 = nn.matmul %x, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.matmul %v, %x : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %2 = nn.matmul %x, %v : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = nn.matmul %v, %v : (tensor<2xf32>, tensor<2xf32>) -> tensor<f32>
  %4 = nn.matmul %x, %b : (tensor<2x2xf32>, tensor<2x1x2x1xf32>) -> tensor<2x1x2x1xf32>
  return %0, %1, %2, %3, %4 : tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<2x1x2x1xf32>
}

func.func @matmul_wraps(%x: tensor<1x2xi32> {test.value = dense<[[65536, 1]]> : tensor<1x2xi32>},
                        %y: tensor<2x1xi32> {test.value = dense<[[65536], [5]]> : tensor<2x1xi32>})
    -> (tensor<1x1xi32> {test.expected = dense<5> : tensor<1x1xi32>}) {
  %0 = nn.matmul %x, %y : (tensor<1x2xi32>, tensor<2x1xi32>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}

func.func @linear(%x: tensor<1x2x2xf32> {test.value = dense<[[[1.0, 2.0], [3.0, 4.0]]]> : tensor<1x2x2xf32>},
                  %w: tensor<2x3xf32> {test.weight, test.value = dense<[[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]]> : tensor<2x3xf32>},
                  %b: tensor<3xf32> {test.weight, test.value = dense<[0.5, 0.0, 10.0]> : tensor<3xf32>})
    -> (tensor<1x2x3xf32> {test.expected = dense<[[[1.5, 2.0, 10.0], [3.5, 4.0, 12.0]]]> : tensor<1x2x3xf32>}) {
  %0 = nn.linear %x, %w bias(%b) : (tensor<1x2x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<1x2x3xf32>
  return %0 : tensor<1x2x3xf32>
}

// Scores of 0 and log 3: weights of 1/4 and 3/4, of 1/2 and 1/2 where the mask evens
// them out, and of 1 and 0 where it hides the second key.
func.func @attention(%q: tensor<1x1xf32> {test.value = dense<2.1972246> : tensor<1x1xf32>},
                     %k: tensor<2x1xf32> {test.value = dense<[[0.0], [1.0]]> : tensor<2x1xf32>},
                     %v: tensor<2x2xf32> {test.value = dense<[[4.0, 0.0], [8.0, 1.0]]> : tensor<2x2xf32>},
                     %even: tensor<1x2xf32> {test.value = dense<[[1.0986123, 0.0]]> : tensor<1x2xf32>},
                     %first: tensor<1x2xi1> {test.value = dense<[[true, false]]> : tensor<1x2xi1>},
                     %none: tensor<1x2xf32> {test.value = dense<0xFF800000> : tensor<1x2xf32>})
    -> (tensor<1x2xf32> {test.expected = dense<[[7.0, 0.75]]> : tensor<1x2xf32>, test.within = 1.0e-6},
        tensor<1x2xf32> {test.expected = dense<[[6.0, 0.5]]> : tensor<1x2xf32>, test.within = 1.0e-6},
        tensor<1x2xf32> {test.expected = dense<[[4.0, 0.0]]> : tensor<1x2xf32>, test.within = 1.0e-6},
        tensor<1x2xf32> {test.expected = dense<0.0> : tensor<1x2xf32>}) {
  %0 = nn.attention %q, %k, %v scale = 0.5 : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = nn.attention %q, %k, %v mask(%even) scale = 0.5 : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = nn.attention %q, %k, %v mask(%first) scale = 0.5 fill = -1.0e9 : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2x2xf32>, tensor<1x2xi1>) -> tensor<1x2xf32>
  %3 = nn.attention %q, %k, %v mask(%none) scale = 0.5 zero_rows : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0, %1, %2, %3 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// Two queries share a key.
func.func @shared_key(%q: tensor<2x1x1xf32> {test.value = dense<[[[0.0]], [[1.0986123]]]> : tensor<2x1x1xf32>},
                      %k: tensor<1x2x1xf32> {test.value = dense<[[[0.0], [1.0]]]> : tensor<1x2x1xf32>},
                      %v: tensor<1x2x1xf32> {test.value = dense<[[[4.0], [8.0]]]> : tensor<1x2x1xf32>})
    -> (tensor<2x1x1xf32> {test.expected = dense<[[[6.0]], [[7.0]]]> : tensor<2x1x1xf32>, test.within = 1.0e-6}) {
  %0 = nn.attention %q, %k, %v scale = 1.0 : (tensor<2x1x1xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>) -> tensor<2x1x1xf32>
  return %0 : tensor<2x1x1xf32>
}

// A quarter turn of the first pair and none of the second; the last feature passes.
func.func @rotary(%x: tensor<1x5xf32> {test.value = dense<[[1.0, 2.0, 3.0, 4.0, 5.0]]> : tensor<1x5xf32>},
                  %c: tensor<1x2xf32> {test.value = dense<[[0.0, 1.0]]> : tensor<1x2xf32>},
                  %s: tensor<1x2xf32> {test.value = dense<[[1.0, 0.0]]> : tensor<1x2xf32>})
    -> (tensor<1x5xf32> {test.expected = dense<[[-3.0, 2.0, 1.0, 4.0, 5.0]]> : tensor<1x5xf32>},
        tensor<1x5xf32> {test.expected = dense<[[-2.0, 1.0, 3.0, 4.0, 5.0]]> : tensor<1x5xf32>}) {
  %0 = nn.rotary %x, %c, %s : (tensor<1x5xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x5xf32>
  %1 = nn.rotary %x, %c, %s interleaved : (tensor<1x5xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x5xf32>
  return %0, %1 : tensor<1x5xf32>, tensor<1x5xf32>
}

// 1.5 * 1.5 is 2 (0.5 + 0.5) to the piecewise-affine product, and 2^-4 of 2 more to L-Mul.
func.func @multipliers(%x: tensor<1x1xf32> {test.value = dense<1.5> : tensor<1x1xf32>},
                       %y: tensor<1x1xf32> {test.value = dense<1.5> : tensor<1x1xf32>})
    -> (tensor<1x1xf32> {test.expected = dense<2.0> : tensor<1x1xf32>, test.ulp = 0},
        tensor<1x1xf32> {test.expected = dense<2.125> : tensor<1x1xf32>, test.ulp = 0}) {
  %0 = nn.matmul %x, %y multiplier(<pam, alpha = 1.0 : f32>) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %1 = nn.matmul %x, %y multiplier(<lmul>) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<1x1xf32>, tensor<1x1xf32>
}
