// RUN: tacit-opt %s -nn-normalize -nn-raise-layer-norm --remarks-filter=raise -verify-diagnostics

// Sites are remarks too.
func.func @found(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = nn.constant dense<1.0e-05> : tensor<f32>
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %sum = nn.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %sum : tensor<2x1xf32>
  // expected-remark @below {{[Passed] layer-norm | Category:raise | Function=found | Remark="no scale, no bias, epsilon 1e-05"}}
  %y = nn.div %d, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// Channels first: images are normalised along dimension 1.
func.func @other_axis(%x: tensor<2x8x4xf32>) -> tensor<2x8x4xf32> {
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8x4xf32>) -> tensor<2x1x4xf32>
  %d = nn.sub %x, %mean : (tensor<2x8x4xf32>, tensor<2x1x4xf32>) -> tensor<2x8x4xf32>
  %square = nn.mul %d, %d : (tensor<2x8x4xf32>, tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  %v = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8x4xf32>) -> tensor<2x1x4xf32>
  %root = nn.sqrt %v : tensor<2x1x4xf32>
  // expected-remark @below {{[Missed] layer-norm | Category:raise | Function=other_axis | Reason="the mean runs over axes [1]; expected the last one, [2]"}}
  %y = nn.div %d, %root : (tensor<2x8x4xf32>, tensor<2x1x4xf32>) -> tensor<2x8x4xf32>
  return %y : tensor<2x8x4xf32>
}

// A square input hides a dropped dimension.
func.func @dropped(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<8x8xf32>) -> tensor<8x1xf32>
  %d = nn.sub %x, %mean : (tensor<8x8xf32>, tensor<8x1xf32>) -> tensor<8x8xf32>
  %square = nn.mul %d, %d : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v = nn.reduce mean %square axes = [1] : (tensor<8x8xf32>) -> tensor<8xf32>
  %root = nn.sqrt %v : tensor<8xf32>
  // expected-remark @below {{[Missed] layer-norm | Category:raise | Function=dropped | Reason="the mean drops its dimension; expected keep_dims"}}
  %y = nn.div %d, %root : (tensor<8x8xf32>, tensor<8xf32>) -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

// Some hand-written models divide by (deviation + epsilon).
func.func @epsilon_outside(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = nn.constant dense<1.0e-05> : tensor<f32>
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %root = nn.sqrt %v : tensor<2x1xf32>
  %sum = nn.add %root, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  // expected-remark @below {{[Missed] layer-norm | Category:raise | Function=epsilon_outside | Reason="epsilon is added to the square root; expected it under the root"}}
  %y = nn.div %d, %sum : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// A trained epsilon.
func.func @epsilon_free(%x: tensor<2x8xf32>, %eps: tensor<f32>) -> tensor<2x8xf32> {
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %sum = nn.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %sum : tensor<2x1xf32>
  // expected-remark @below {{[Missed] layer-norm | Category:raise | Function=epsilon_free | Reason="epsilon is not a constant"}}
  %y = nn.div %d, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// A sign that was lost on the way: the root of what is negative for small inputs.
func.func @epsilon_negative(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = nn.constant dense<-1.0e-05> : tensor<f32>
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %sum = nn.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %sum : tensor<2x1xf32>
  // expected-remark @below {{[Missed] layer-norm | Category:raise | Function=epsilon_negative | Reason="epsilon is -1e-05; expected a number that is not negative"}}
  %y = nn.div %d, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// The operation's epsilon is f32, which is not enough for f64.
func.func @double(%x: tensor<2x8xf64>) -> tensor<2x8xf64> {
  %eps = nn.constant dense<1.0e-05> : tensor<f64>
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf64>) -> tensor<2x1xf64>
  %d = nn.sub %x, %mean : (tensor<2x8xf64>, tensor<2x1xf64>) -> tensor<2x8xf64>
  %square = nn.mul %d, %d : (tensor<2x8xf64>, tensor<2x8xf64>) -> tensor<2x8xf64>
  %v = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf64>) -> tensor<2x1xf64>
  %sum = nn.add %v, %eps : (tensor<2x1xf64>, tensor<f64>) -> tensor<2x1xf64>
  %root = nn.sqrt %sum : tensor<2x1xf64>
  // expected-remark @below {{Reason="epsilon is 1.0000000000000001e-05, which f32 cannot hold"}}
  %y = nn.div %d, %root : (tensor<2x8xf64>, tensor<2x1xf64>) -> tensor<2x8xf64>
  return %y : tensor<2x8xf64>
}

// A sum over 8 elements divided by 8.000001 is not their mean.
func.func @other_count(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %n = nn.constant dense<8.000001> : tensor<f32>
  %0 = nn.reduce sum %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %mean = nn.div %0, %n : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = nn.reduce sum %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %v = nn.div %1, %n : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %v : tensor<2x1xf32>
  %y = nn.div %d, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}
