// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// A bias of the wrong width is the usual cause.
func.func @f(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{operands do not broadcast: found 'tensor<2x3xf32>' and 'tensor<4xf32>'; expected dimensions, aligned at the last, that are equal or 1}}
  // expected-error @below {{'nn.add' op failed to infer returned types}}
  %0 = nn.add %a, %b : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

// The result type was not adapted after an edit.
func.func @f(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'nn.mul' op failed to infer returned types}}
  // expected-error @below {{'nn.mul' op inferred type(s) 'tensor<2x3xf32>' are incompatible with return type(s) of operation 'tensor<2x4xf32>'}}
  %0 = nn.mul %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x4xf32>
  return
}

// -----

// ONNX has no implicit conversion either.
func.func @f(%a: tensor<2xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{'nn.sub' op failed to infer returned types}}
  // expected-error @below {{operands have different element types: found 'tensor<2xf32>' and 'tensor<2xi64>'}}
  %0 = nn.sub %a, %b : (tensor<2xf32>, tensor<2xi64>) -> tensor<2xf32>
  return
}

// -----

// Comparing a count with a float.
func.func @f(%a: tensor<2xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{'nn.compare' op failed to infer returned types}}
  // expected-error @below {{operands have different element types: found 'tensor<2xf32>' and 'tensor<2xi64>'}}
  %0 = nn.compare lt %a, %b : (tensor<2xf32>, tensor<2xi64>) -> tensor<2xi1>
  return
}

// -----

// The two choices differ.
func.func @f(%c: tensor<2xi1>, %a: tensor<2xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{'nn.where' op failed to infer returned types}}
  // expected-error @below {{operands have different element types: found 'tensor<2xf32>' and 'tensor<2xi64>'}}
  %0 = nn.where %c, %a, %b : (tensor<2xi1>, tensor<2xf32>, tensor<2xi64>) -> tensor<2xf32>
  return
}

// -----

// A mask of another length.
func.func @f(%c: tensor<3xi1>, %a: tensor<2xf32>) {
  // expected-error @below {{'nn.where' op failed to infer returned types}}
  // expected-error @below {{operands do not broadcast: found 'tensor<3xi1>' and 'tensor<2xf32>'; expected dimensions, aligned at the last, that are equal or 1}}
  %0 = nn.where %c, %a, %a : (tensor<3xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

// ONNX writes -1 for the last axis; nn counts it out.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{axes are array<i64: -1>; expected distinct ascending numbers from 0 to 1}}
  // expected-error @below {{'nn.reduce' op failed to infer returned types}}
  %0 = nn.reduce mean %a axes = [-1] keep_dims : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return
}

// -----

// An axis twice.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{axes are array<i64: 1, 1>; expected distinct ascending numbers from 0 to 1}}
  // expected-error @below {{'nn.reduce' op failed to infer returned types}}
  %0 = nn.reduce sum %a axes = [1, 1] : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

// The same for softmax.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.softmax' op has axis -1; expected a number from 0 to 1}}
  %0 = nn.softmax %a axis = -1 : tensor<2x3xf32>
  return
}

// -----

// A scale over two dimensions, as PyTorch allows.
func.func @f(%a: tensor<2x3xf32>, %g: tensor<2x3xf32>) {
  // expected-error @below {{'nn.layer_norm' op has a scale of type 'tensor<2x3xf32>'; expected 'tensor<3xf32>'}}
  %0 = nn.layer_norm %a scale(%g) epsilon = 1.0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

// A bias in another precision.
func.func @f(%a: tensor<2x3xf32>, %b: tensor<3xf16>) {
  // expected-error @below {{'nn.layer_norm' op has a bias of type 'tensor<3xf16>'; expected 'tensor<3xf32>'}}
  %0 = nn.layer_norm %a bias(%b) epsilon = 1.0 : (tensor<2x3xf32>, tensor<3xf16>) -> tensor<2x3xf32>
  return
}

// -----

// Nothing to normalise over.
func.func @f(%a: tensor<f32>) {
  // expected-error @below {{'nn.rms_norm' op needs an input of at least one dimension, found 'tensor<f32>'}}
  %0 = nn.rms_norm %a epsilon = 1.0 : (tensor<f32>) -> tensor<f32>
  return
}

// -----

// A weight that was not transposed.
func.func @f(%a: tensor<2x3xf32>, %w: tensor<4x3xf32>) {
  // expected-error @below {{cannot multiply 'tensor<2x3xf32>' by 'tensor<4x3xf32>': the inner dimensions are 3 and 4}}
  // expected-error @below {{'nn.matmul' op failed to infer returned types}}
  %0 = nn.matmul %a, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

// Heads that do not fit.
func.func @f(%a: tensor<4x2x3xf32>, %b: tensor<2x3x5xf32>) {
  // expected-error @below {{'nn.matmul' op failed to infer returned types}}
  // expected-error @below {{cannot multiply 'tensor<4x2x3xf32>' by 'tensor<2x3x5xf32>': the leading dimensions do not broadcast}}
  %0 = nn.matmul %a, %b : (tensor<4x2x3xf32>, tensor<2x3x5xf32>) -> tensor<4x2x5xf32>
  return
}

// -----

// A scalar is not a matrix.
func.func @f(%a: tensor<2x3xf32>, %b: tensor<f32>) {
  // expected-error @below {{cannot multiply 'tensor<2x3xf32>' by 'tensor<f32>'; expected two tensors of one element type and at least one dimension}}
  // expected-error @below {{'nn.matmul' op failed to infer returned types}}
  %0 = nn.matmul %a, %b : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return
}

// -----

// The same mistake with a linear layer.
func.func @f(%a: tensor<2x3xf32>, %w: tensor<4x3xf32>) {
  // expected-error @below {{cannot multiply 'tensor<2x3xf32>' by 'tensor<4x3xf32>'; expected [..., K] by [K, N] of one element type}}
  // expected-error @below {{'nn.linear' op failed to infer returned types}}
  %0 = nn.linear %a, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

// A bias per row instead of per column.
func.func @f(%a: tensor<2x3xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{bias has type 'tensor<3xf32>'; expected 'tensor<4xf32>'}}
  // expected-error @below {{'nn.linear' op failed to infer returned types}}
  %0 = nn.linear %a, %w bias(%b) : (tensor<2x3xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<2x4xf32>
  return
}

// -----

// Fewer key heads than query heads: they must be repeated first.
func.func @f(%q: tensor<4x2x8xf32>, %k: tensor<2x2x8xf32>) {
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
  // expected-error @below {{query, key and value are 'tensor<4x2x8xf32>', 'tensor<2x2x8xf32>' and 'tensor<2x2x8xf32>'; expected [..., M, D], [..., N, D] and [..., N, E] with equal leading dimensions, or 1 in those of key and value}}
  %0 = nn.attention %q, %k, %k scale = 1.0 : (tensor<4x2x8xf32>, tensor<2x2x8xf32>, tensor<2x2x8xf32>) -> tensor<4x2x8xf32>
  return
}

// -----

// A mask for another window.
func.func @f(%q: tensor<4x2x8xf32>, %m: tensor<3x3xi1>) {
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
  // expected-error @below {{mask has type 'tensor<3x3xi1>'; expected a shape that broadcasts to the scores 'tensor<4x2x2xf32>'}}
  %0 = nn.attention %q, %q, %q mask(%m) scale = 1.0 fill = -1.0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<3x3xi1>) -> tensor<4x2x8xf32>
  return
}

// -----

// ONNX masks are often integers.
func.func @f(%q: tensor<4x2x8xf32>, %m: tensor<2x2xi64>) {
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
  // expected-error @below {{mask has type 'tensor<2x2xi64>'; expected i1 or 'f32' elements}}
  %0 = nn.attention %q, %q, %q mask(%m) scale = 1.0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<2x2xi64>) -> tensor<4x2x8xf32>
  return
}

// -----

// A boolean mask says which scores, and fill what they become.
func.func @f(%q: tensor<4x2x8xf32>, %m: tensor<2x2xi1>) {
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
  // expected-error @below {{'fill' applies to a boolean mask only: the mask has type 'tensor<2x2xi1>'}}
  %0 = nn.attention %q, %q, %q mask(%m) scale = 1.0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<2x2xi1>) -> tensor<4x2x8xf32>
  return
}

// -----

// A fill that the mask's removal left behind.
func.func @f(%q: tensor<4x2x8xf32>) {
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
  // expected-error @below {{'fill' applies to a boolean mask only, and there is no mask}}
  %0 = nn.attention %q, %q, %q scale = 1.0 fill = -1.0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  return
}

// -----

// The angles of all features, where one for each pair is wanted.
func.func @f(%x: tensor<3x8xf32>, %c: tensor<3x8xf32>) {
  // expected-error @below {{'nn.rotary' op has a cosine of type 'tensor<3x8xf32>'; expected a last dimension from 1 to 4, half of the input's}}
  %0 = nn.rotary %x, %c, %c : (tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
  return
}

// -----

// Sines of another window.
func.func @f(%x: tensor<2x3x8xf32>, %c: tensor<3x4xf32>, %s: tensor<5x4xf32>) {
  // expected-error @below {{'nn.rotary' op has a sine of type 'tensor<5x4xf32>'; expected a shape that broadcasts to 'tensor<2x3x4xf32>' and has its last dimension}}
  %0 = nn.rotary %x, %c, %s : (tensor<2x3x8xf32>, tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<2x3x8xf32>
  return
}

// -----

// How many features pass is not known.
func.func @f(%x: tensor<3x?xf32>, %c: tensor<3x4xf32>) {
  // expected-error @below {{'nn.rotary' op needs an input whose last dimension is known, found 'tensor<3x?xf32>'}}
  %0 = nn.rotary %x, %c, %c : (tensor<3x?xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x?xf32>
  return
}
