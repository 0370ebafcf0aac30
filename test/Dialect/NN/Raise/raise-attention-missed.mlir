// RUN: tacit-opt %s -nn-normalize -nn-raise-attention --remarks-filter=raise -verify-diagnostics

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

// Two keys for one query, repeated by broadcasting.
func.func @broadcast(%q: tensor<1x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<1x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.softmax %0 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="query, transposed key and value are tensor<1x4x4xf32>, tensor<2x4x4xf32> and tensor<2x4x4xf32>; expected equal leading dimensions, or 1 in those of key and value"}}
  %y = nn.matmul %1, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// Position biases and a mask: what is low enough to hide a score from a softmax may
// still be felt when it is added.
func.func @two_masks(%q: tensor<2x4x4xf32>, %kt: tensor<2x4x4xf32>, %v: tensor<2x4x4xf32>, %m: tensor<2x4x4xf32>, %n: tensor<4x4xi1>) -> tensor<2x4x4xf32> {
  %low = nn.constant dense<-1.0e+04> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %1 = nn.add %0, %m : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %2 = nn.where %n, %1, %low : (tensor<4x4xi1>, tensor<2x4x4xf32>, tensor<f32>) -> tensor<2x4x4xf32>
  %3 = nn.softmax %2 axis = 2 : tensor<2x4x4xf32>
  // expected-remark @below {{Reason="one of 2 masks replaces scores by -10000; expected at most -1e+09, which may be added to them as well"}}
  %y = nn.matmul %3, %v : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// Free dimensions hide that the masks do not fit together.
func.func @masks_contradict(%q: tensor<?x4xf32>, %kt: tensor<4x4xf32>, %v: tensor<4x4xf32>, %m: tensor<2x4xf32>, %n: tensor<3x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = nn.add %0, %m : (tensor<?x4xf32>, tensor<2x4xf32>) -> tensor<?x4xf32>
  %2 = nn.add %1, %n : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<?x4xf32>
  %3 = nn.softmax %2 axis = 1 : tensor<?x4xf32>
  // expected-remark @below {{Reason="the shapes of the masks contradict each other"}}
  %y = nn.matmul %3, %v : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Batch and heads are one dimension, of a size that is not known.
func.func @merged_heads(%q: tensor<?x2x4xf32>, %kt: tensor<?x4x2xf32>, %v: tensor<?x2x4xf32>, %shape: tensor<4xi64>, %back: tensor<3xi64>) -> tensor<?x2x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<?x2x4xf32>, tensor<?x4x2xf32>) -> tensor<?x2x2xf32>
  %1 = nn.dynamic_reshape %0, %shape : (tensor<?x2x2xf32>, tensor<4xi64>) -> tensor<?x3x2x2xf32>
  %2 = nn.softmax %1 axis = 3 : tensor<?x3x2x2xf32>
  %3 = nn.dynamic_reshape %2, %back : (tensor<?x3x2x2xf32>, tensor<3xi64>) -> tensor<?x2x2xf32>
  // expected-remark @below {{Reason="the heads are merged with another dimension that is free"}}
  %y = nn.matmul %3, %v : (tensor<?x2x2xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %y : tensor<?x2x4xf32>
}

// A mask in the layout of the product, and the softmax in another.
func.func @masked_early(%q: tensor<6x2x4xf32>, %kt: tensor<6x4x2xf32>, %v: tensor<6x2x4xf32>, %m: tensor<6x2x2xf32>) -> tensor<6x2x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<6x2x4xf32>, tensor<6x4x2xf32>) -> tensor<6x2x2xf32>
  %1 = nn.add %0, %m : (tensor<6x2x2xf32>, tensor<6x2x2xf32>) -> tensor<6x2x2xf32>
  %2 = nn.reshape %1 : tensor<6x2x2xf32> to tensor<2x3x2x2xf32>
  %3 = nn.softmax %2 axis = 3 : tensor<2x3x2x2xf32>
  %4 = nn.reshape %3 : tensor<2x3x2x2xf32> to tensor<6x2x2xf32>
  // expected-remark @below {{Reason="the scores are masked before they are brought into the shape of the softmax"}}
  %y = nn.matmul %4, %v : (tensor<6x2x2xf32>, tensor<6x2x4xf32>) -> tensor<6x2x4xf32>
  return %y : tensor<6x2x4xf32>
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
  // expected-remark @below {{Reason="the shapes of query, key, value and mask contradict each other"}}
  %y = nn.matmul %1, %v : (tensor<2x?xf32>, tensor<5x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
