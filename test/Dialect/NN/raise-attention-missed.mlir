// RUN: tacit-opt %s -nn-raise-attention --remarks-filter=raise -verify-diagnostics

// Sites are remarks too.
func.func @found(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.softmax %0 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{[Passed] attention | Category:raise | Function=found | Remark="scale 1, no mask"}}
  %y = nn.matmul %1, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// The model also returns its scores, or its probabilities.
func.func @scores_read(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>) -> (tensor<2x4x4xf32>, tensor<2x4x4xf32>) {
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.softmax %0 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="something else reads the scores"}}
  %y = nn.matmul %1, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y, %0 : tensor<2x4x4xf32>, tensor<2x4x4xf32>
}

func.func @probabilities_read(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>) -> (tensor<2x4x4xf32>, tensor<2x4x4xf32>) {
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.softmax %0 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="something else reads the probabilities"}}
  %y = nn.matmul %1, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y, %1 : tensor<2x4x4xf32>, tensor<2x4x4xf32>
}

// One key for all heads, repeated by broadcasting.
func.func @broadcast(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>, %k: tensor<1x4x4xf32>) -> tensor<2x4x4xf32> {
  %0 = nn.matmul %q, %k : (tensor<2x4x4xf32>, tensor<1x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.softmax %0 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="query, transposed key and value are tensor<2x4x4xf32>, tensor<1x4x4xf32> and tensor<2x4x4xf32>; expected equal leading dimensions"}}
  %y = nn.matmul %1, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// nn.attention adds its mask to scores that are scaled already.
func.func @mask_first(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>, %m: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %c = nn.constant dense<0.5> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.add %0, %m : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %2 = nn.mul %1, %c : (tensor<2x4x4xf32>, tensor<f32>) -> tensor<2x4x4xf32>
  %3 = nn.softmax %2 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="the mask is added before the scaling; expected it after"}}
  %y = nn.matmul %3, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// Position biases and a padding mask.
func.func @two_masks(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>, %m: tensor<2x4x4xf32>, %n: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.add %0, %m : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %2 = nn.add %n, %1 : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %3 = nn.softmax %2 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="there is a second mask; expected at most one"}}
  %y = nn.matmul %3, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// Replaced scores keep different values.
func.func @no_fill(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>, %m: tensor<2x4x4xi1>, %n: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.where %m, %0, %n : (tensor<2x4x4xi1>, tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %2 = nn.softmax %1 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="the scores that the mask replaces do not all become one constant"}}
  %y = nn.matmul %2, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// Probabilities along the queries instead of the keys.
func.func @other_axis(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.softmax %0 axis = 1 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="the softmax runs along axis 1; expected the last one, 2"}}
  %y = nn.matmul %1, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// A router: probabilities that come from no product.
func.func @no_product(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %0 = nn.softmax %q axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="no product of query and key found before the softmax"}}
  %y = nn.matmul %0, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// A division that came to nothing.
func.func @infinite(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %c = nn.constant dense<1.0e-38> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.div %0, %c : (tensor<2x4x4xf32>, tensor<f32>) -> tensor<2x4x4xf32>
  %2 = nn.div %1, %c : (tensor<2x4x4xf32>, tensor<f32>) -> tensor<2x4x4xf32>
  %3 = nn.softmax %2 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="the scale is 1e+76; expected a finite number"}}
  %y = nn.matmul %3, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// Free dimensions hide that there are four keys and five values.
func.func @contradiction(%q: tensor<2x4xf32>, %kt: tensor<4x4xf32>, %v: tensor<5x4xf32>) -> tensor<2x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x?xf32>
  %1 = nn.softmax %0 axis = 1 : tensor<2x?xf32>
  // expected-remark @below {{Reason="the shapes of query, key, value and mask contradict one another"}}
  %y = nn.matmul %1, %v : (tensor<2x?xf32>, tensor<5x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
