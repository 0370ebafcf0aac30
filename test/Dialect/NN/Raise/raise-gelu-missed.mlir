// RUN: tacit-opt %s -nn-raise-gelu --remarks-filter=raise -verify-diagnostics

// Sites are remarks too.
func.func @found(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %c = nn.constant dense<0.70710677> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.erf %0 : tensor<4xf32>
  %2 = nn.mul %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.add %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // expected-remark @below {{[Passed] gelu | Category:raise | Function=found | Remark=erf}}
  %y = nn.mul %3, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// This is not 0.044715, whatever was lost of it.
func.func @coefficient(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %three = nn.constant dense<3.0> : tensor<f32>
  %c = nn.constant dense<0.05> : tensor<f32>
  %s = nn.constant dense<0.797884583> : tensor<f32>
  %0 = nn.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.pow %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = nn.mul %1, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.add %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = nn.mul %3, %s : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // expected-remark @below {{Reason="the argument is 0.7978846 x + 0.03989423 x^3; expected 0.7978846 x + 0.03567741 x^3"}}
  %5 = nn.tanh %4 : tensor<4xf32>
  %6 = nn.add %5, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = nn.mul %0, %6 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// Nor is this the root of 2. One that was shortened is recognised, with a remark that says so.
func.func @short_root(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %root = nn.constant dense<1.5> : tensor<f32>
  %0 = nn.div %x, %root : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // expected-remark @below {{Reason="the argument is 0.6666667 x; expected 0.7071068 x"}}
  %1 = nn.erf %0 : tensor<4xf32>
  %2 = nn.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = nn.mul %3, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @short_factor(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = nn.constant dense<1.70201> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.sigmoid %0 : tensor<4xf32>
  // expected-remark @below {{Remark="sigmoid with the model's own constants: the argument is 1.70201 x"}}
  %y = nn.mul %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// A small term of its own is not GELU's either.
func.func @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %c = nn.constant dense<0.70710677> : tensor<f32>
  %s = nn.constant dense<1.0e-4> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.mul %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.mul %1, %s : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.add %0, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // expected-remark @below {{Reason="the argument is 0.7071068 x + 0.0001 x^2; expected 0.7071068 x"}}
  %4 = nn.erf %3 : tensor<4xf32>
  %5 = nn.add %4, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %6 = nn.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = nn.mul %6, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// The half is missing: the exporter may have folded it into the next weight.
func.func @no_half(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = nn.constant dense<1.0> : tensor<f32>
  %c = nn.constant dense<0.70710677> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // expected-remark @below {{Reason="the argument is 0.7071068 x as expected, but nothing computes 0.5 x + 0.5 x T from it, where T is the function's value"}}
  %1 = nn.erf %0 : tensor<4xf32>
  %2 = nn.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = nn.mul %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// The tanh of a pooler, the sigmoid of a gate, a SiLU: nothing is said about them.
func.func @others(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = nn.tanh %x : tensor<4xf32>
  %1 = nn.sigmoid %0 : tensor<4xf32>
  %2 = nn.mul %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %2 : tensor<4xf32>, tensor<4xf32>
}

// A polynomial of degree 4096 is given up early.
func.func @hostile(%0: tensor<4xf32>) -> tensor<4xf32> {
  %1 = nn.mul %0, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.mul %1, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.mul %2, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = nn.mul %3, %3 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = nn.mul %4, %4 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %6 = nn.mul %5, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %7 = nn.mul %6, %6 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %8 = nn.mul %7, %7 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %9 = nn.mul %8, %8 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %10 = nn.mul %9, %9 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %11 = nn.mul %10, %10 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %12 = nn.mul %11, %11 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %13 = nn.tanh %12 : tensor<4xf32>
  %14 = nn.mul %13, %12 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %14 : tensor<4xf32>
}
