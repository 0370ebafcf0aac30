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
  // expected-error @below {{operands have different element types: found 'tensor<2xf32>' and 'tensor<2xi64>'}}
  // expected-error @below {{'nn.compare' op failed to infer returned types}}
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
  // expected-error @below {{'nn.reduce' op failed to infer returned types}}
  // expected-error @below {{axes are array<i64: -1>; expected distinct ascending numbers from 0 to 1}}
  %0 = nn.reduce mean %a axes = [-1] keep_dims : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return
}

// -----

// An axis twice.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.reduce' op failed to infer returned types}}
  // expected-error @below {{axes are array<i64: 1, 1>; expected distinct ascending numbers from 0 to 1}}
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
  // expected-error @below {{'nn.matmul' op failed to infer returned types}}
  // expected-error @below {{cannot multiply 'tensor<2x3xf32>' by 'tensor<4x3xf32>': the inner dimensions are 3 and 4}}
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

// A scalar is no matrix.
func.func @f(%a: tensor<2x3xf32>, %b: tensor<f32>) {
  // expected-error @below {{'nn.matmul' op failed to infer returned types}}
  // expected-error @below {{cannot multiply 'tensor<2x3xf32>' by 'tensor<f32>'; expected two tensors of one element type and at least one dimension}}
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
  // expected-error @below {{bias has type 'tensor<3xf32>'; expected one dimension of 4 elements}}
  // expected-error @below {{'nn.linear' op failed to infer returned types}}
  %0 = nn.linear %a, %w bias(%b) : (tensor<2x3xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<2x4xf32>
  return
}

// -----

// Fewer key heads than query heads: they must be repeated first.
func.func @f(%q: tensor<4x2x8xf32>, %k: tensor<2x2x8xf32>) {
  // expected-error @below {{query, key and value are 'tensor<4x2x8xf32>', 'tensor<2x2x8xf32>' and 'tensor<2x2x8xf32>'; expected [..., M, D], [..., N, D] and [..., N, E] with equal leading dimensions}}
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
  %0 = nn.attention %q, %k, %k scale = 1.0 : (tensor<4x2x8xf32>, tensor<2x2x8xf32>, tensor<2x2x8xf32>) -> tensor<4x2x8xf32>
  return
}

// -----

// A mask for another window.
func.func @f(%q: tensor<4x2x8xf32>, %m: tensor<3x3xi1>) {
  // expected-error @below {{mask has type 'tensor<3x3xi1>'; expected a shape that broadcasts to the scores 'tensor<4x2x2xf32>'}}
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
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
  // expected-error @below {{'fill' belongs to a boolean mask and to no other: the mask has type 'tensor<2x2xi1>'}}
  %0 = nn.attention %q, %q, %q mask(%m) scale = 1.0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<2x2xi1>) -> tensor<4x2x8xf32>
  return
}

// -----

// A fill that the mask's removal left behind.
func.func @f(%q: tensor<4x2x8xf32>) {
  // expected-error @below {{'fill' belongs to a boolean mask and there is no mask}}
  // expected-error @below {{'nn.attention' op failed to infer returned types}}
  %0 = nn.attention %q, %q, %q scale = 1.0 fill = -1.0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  return
}

// -----

// An axis counted from the end.
func.func @f(%a: tensor<2x3xf32>, %i: tensor<1xi64>) {
  // expected-error @below {{'nn.gather' op failed to infer returned types}}
  // expected-error @below {{has axis -1; expected a number from 0 to 1}}
  %0 = nn.gather %a, %i axis = -1 : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  return
}

// -----

// Bounds for one dimension only.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.slice' op failed to infer returned types}}
  // expected-error @below {{expected 2 starts, ends and steps, one per dimension of 'tensor<2x3xf32>'}}
  %0 = nn.slice %a [0] to [1] step [1] : (tensor<2x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

// An end past the dimension: ONNX clamps it, nn has it clamped.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.slice' op failed to infer returned types}}
  // expected-error @below {{slice 0 to 9 step 1 does not lie in dimension 1 of 'tensor<2x3xf32>'}}
  %0 = nn.slice %a [0, 0] to [2, 9] step [1, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

// Known bounds in a dimension that is not known.
func.func @f(%a: tensor<?x3xf32>) {
  // expected-error @below {{cannot slice dimension 0, which is free, with known bounds}}
  // expected-error @below {{'nn.slice' op failed to infer returned types}}
  %0 = nn.slice %a [0, 0] to [1, 3] step [1, 1] : (tensor<?x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

// A dimension was lost.
func.func @f(%a: tensor<2x3xf32>, %i: tensor<1xi64>) {
  // expected-error @below {{'nn.dynamic_slice' op result has type 'tensor<3xf32>'; expected 2 dimensions as the input}}
  %0 = nn.dynamic_slice %a, %i, %i, %i axes = [0] : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xf32>
  return
}

// -----

// Axes follow the input's dimensions.
func.func @f(%a: tensor<2x3xf32>, %i: tensor<1xi64>) {
  // expected-error @below {{'nn.dynamic_slice' op has axis 2; expected numbers from 0 to 1}}
  %0 = nn.dynamic_slice %a, %i, %i, %i axes = [2] : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3xf32>
  return
}

// -----

// A generic edit that dropped the inputs.
func.func @f() {
  // expected-error @below {{needs at least one input}}
  // expected-error @below {{'nn.concat' op failed to infer returned types}}
  %0 = "nn.concat"() <{axis = 0 : i64}> : () -> tensor<2xf32>
  return
}

// -----

// Joined along the wrong axis.
func.func @f(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @below {{cannot join 'tensor<2x3xf32>' and 'tensor<2x4xf32>' along axis 0}}
  // expected-error @below {{'nn.concat' op failed to infer returned types}}
  %0 = nn.concat %a, %b axis = 0 : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

// There is no such axis.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{has axis 2; expected a number from 0 to 1}}
  // expected-error @below {{'nn.concat' op failed to infer returned types}}
  %0 = nn.concat %a axis = 2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

// A batch of 2 went into a shape of batch 1.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.reshape' op cannot turn 'tensor<2x3xf32>' into 'tensor<1x3xf32>'; expected the same number of elements and of free dimensions}}
  %0 = nn.reshape %a : tensor<2x3xf32> to tensor<1x3xf32>
  return
}

// -----

// A free dimension cannot become a known one.
func.func @f(%a: tensor<?x3xf32>) {
  // expected-error @below {{'nn.reshape' op cannot turn 'tensor<?x3xf32>' into 'tensor<6xf32>'; expected the same number of elements and of free dimensions}}
  %0 = nn.reshape %a : tensor<?x3xf32> to tensor<6xf32>
  return
}

// -----

// A permutation that names a dimension twice.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{permutation is array<i64: 0, 0>; expected every number from 0 to 1 once}}
  // expected-error @below {{'nn.transpose' op failed to infer returned types}}
  %0 = nn.transpose %a [0, 0] : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

// Only a dimension of 1 repeats.
func.func @f(%a: tensor<2xf32>) {
  // expected-error @below {{'nn.expand' op cannot expand 'tensor<2xf32>' to 'tensor<4xf32>'; expected dimensions, aligned at the last, that are equal or 1}}
  %0 = nn.expand %a : tensor<2xf32> to tensor<4xf32>
  return
}

// -----

// A misspelt kind.
func.func @f(%a: tensor<2xf32>) {
  // expected-error @below {{custom op 'nn.gelu' unknown keyword 'quick'}}
  %0 = nn.gelu quick %a : tensor<2xf32>
  return
}

// -----

// The generic form without its axes.
func.func @f(%a: tensor<2xf32>) {
  // expected-error @below {{'nn.reduce' op requires attribute 'axes'}}
  %0 = "nn.reduce"(%a) <{kind = #nn<reduce_kind sum>}> : (tensor<2xf32>) -> tensor<f32>
  return
}

// -----

// A constant of another type than its value.
func.func @f() {
  // expected-error @below {{'nn.constant' op failed to verify that all of {value, result} have same type}}
  %0 = "nn.constant"() <{value = dense<1.0> : tensor<2xf32>}> : () -> tensor<3xf32>
  return
}

// -----

// A misspelt attribute.
// expected-error @below {{'func.func' op has attribute 'nn.nam' on argument 0; expected 'nn.name' or 'nn.dims'}}
func.func @f(%a: tensor<2xf32> {nn.nam = "x"}) {
  return
}

// -----

// A name must be text.
// expected-error @below {{'func.func' op expects 'nn.name' on argument 0 to be a string, found 1 : i64}}
func.func @f(%a: tensor<2xf32> {nn.name = 1}) {
  return
}

// -----

// One name per dimension.
// expected-error @below {{'func.func' op expects 'nn.dims' on argument 0 to be one string per dimension of 'tensor<?x2xf32>', found ["batch"]}}
func.func @f(%a: tensor<?x2xf32> {nn.dims = ["batch"]}) {
  return
}

// -----

// Attributes of the dialect belong to arguments and results.
// expected-error @below {{'func.func' op has attribute 'nn.name', which the nn dialect does not define on operations}}
func.func @f() attributes {nn.name = "x"} {
  return
}
