// RUN: tacit-opt %s -nn-raise-rotary --remarks-filter=raise -verify-diagnostics

// A cosine for each feature, with nothing known of it.
func.func @own_angles(%x: tensor<2x4xf32>, %cos: tensor<2x4xf32>, %s: tensor<2x2xf32>) -> tensor<2x4xf32> {
  %sin = nn.concat %s, %s axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %a = nn.slice %x [0, 0] to [2, 2] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %b = nn.slice %x [0, 2] to [2, 4] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %n = nn.neg %b : tensor<2x2xf32>
  %t = nn.concat %n, %a axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %0 = nn.mul %x, %cos : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = nn.mul %t, %sin : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  // expected-remark @below {{[Missed] rotary | Category:raise | Function=own_angles | Reason="the two features of a pair have cosines that are not known to be equal"}}
  %y = nn.add %0, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// A table whose columns differ.
func.func @other_sines(%x: tensor<2x4xf32>, %c: tensor<2x2xf32>) -> tensor<2x4xf32> {
  %cos = nn.concat %c, %c axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %sin = nn.constant dense<[[0.1, 0.2, 0.1, 0.2], [0.1, 0.2, 0.1, 0.3]]> : tensor<2x4xf32>
  %a = nn.slice %x [0, 0] to [2, 2] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %b = nn.slice %x [0, 2] to [2, 4] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %n = nn.neg %b : tensor<2x2xf32>
  %t = nn.concat %n, %a axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %0 = nn.mul %x, %cos : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = nn.mul %t, %sin : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  // expected-remark @below {{Reason="the two features of a pair have sines that are not known to be equal"}}
  %y = nn.add %0, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// The second half is negated where the first should be.
func.func @other_way(%x: tensor<2x4xf32>, %c: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %a = nn.slice %x [0, 0] to [2, 2] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %b = nn.slice %x [0, 2] to [2, 4] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %n = nn.neg %a : tensor<2x2xf32>
  %t = nn.concat %b, %n axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %0 = nn.mul %x, %c : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = nn.mul %t, %c : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  // expected-remark @below {{Reason="the features that change places are neither the two halves nor neighbours"}}
  %y = nn.add %0, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// A rotation of two tensors against each other.
func.func @two_tensors(%a: tensor<2x2xf32>, %b: tensor<2x2xf32>, %c: tensor<2x2xf32>, %s: tensor<2x2xf32>) -> tensor<2x4xf32> {
  %ac = nn.mul %a, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %bs = nn.mul %b, %s : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %as = nn.mul %a, %s : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %bc = nn.mul %b, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %0 = nn.sub %ac, %bs : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.add %bc, %as : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // expected-remark @below {{Reason="the features of the pairs do not come from one tensor in the order in which they are put together"}}
  %y = nn.concat %0, %1 axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// One angle for all pairs.
func.func @one_angle(%x: tensor<2x4xf32>, %c: tensor<2x1xf32>, %s: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %a = nn.slice %x [0, 0] to [2, 2] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %b = nn.slice %x [0, 2] to [2, 4] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %ac = nn.mul %a, %c : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %bs = nn.mul %b, %s : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %as = nn.mul %a, %s : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %bc = nn.mul %b, %c : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %0 = nn.sub %ac, %bs : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.add %bc, %as : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // expected-remark @below {{Reason="the number of angles and the number of pairs of features differ"}}
  %y = nn.concat %0, %1 axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
