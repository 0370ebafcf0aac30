// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// The verifiers of the operations; those of movements are in movement-invalid.mlir.

// A third party.
func.func @party(%x: tensor<4xf32>) {
  // expected-error @below {{expected one of [client, server] for party, got: dealer}}
  %0 = mpc.share %x from dealer : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

// What no protocol computes as one function.
func.func @kind(%x: !mpc.share<4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.gelu' op attribute 'kind' failed to satisfy constraint: kind of GELU other than sigmoid, which is a product with mpc.sigmoid}}
  %0 = mpc.gelu sigmoid %x : !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

// One dimension was edited, the other side was not.
func.func @share_shape(%x: tensor<4xf32>) {
  // expected-error @below {{'mpc.share' op turns 'tensor<4xf32>' into '!mpc.share<5, width = 64, fraction = 18>'; expected equal shapes}}
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<5, width = 64, fraction = 18>
  return
}

// -----

func.func @reveal_shape(%x: !mpc.share<2x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.reveal' op inferred type(s) 'tensor<2x2xf32>' are incompatible with return type(s) of operation 'tensor<4xf32>'}}
  // expected-error @below {{'mpc.reveal' op failed to infer returned types}}
  %0 = mpc.reveal %x to client : !mpc.share<2x2, width = 64, fraction = 18> -> tensor<4xf32>
  return
}

// -----

// Whether an element is chosen has no bits behind the point.
func.func @one_hot(%x: tensor<4xi64>) {
  // expected-error @below {{'mpc.one_hot' op turns 'tensor<4xi64>' into '!mpc.share<4x65, width = 64, fraction = 18>'; expected one dimension more and fraction 0}}
  %0 = mpc.one_hot %x from client : tensor<4xi64> to !mpc.share<4x65, width = 64, fraction = 18>
  return
}

// -----

// Rings of two parts of a program.
func.func @rings(%x: !mpc.share<4, width = 64, fraction = 18>, %y: !mpc.share<4, width = 32, fraction = 18>) {
  // expected-error @below {{'mpc.add' op combines '!mpc.share<4, width = 64, fraction = 18>' and '!mpc.share<4, width = 32, fraction = 18>'; expected one ring and shapes that broadcast}}
  // expected-error @below {{'mpc.add' op failed to infer returned types}}
  %0 = mpc.add %x, %y : (!mpc.share<4, width = 64, fraction = 18>, !mpc.share<4, width = 32, fraction = 18>) -> !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

// A bias of the wrong width.
func.func @shapes(%x: !mpc.share<4x2, width = 64, fraction = 18>, %y: tensor<4xf32>) {
  // expected-error @below {{'mpc.add' op combines '!mpc.share<4x2, width = 64, fraction = 18>' and 'tensor<4xf32>'; expected one ring and shapes that broadcast}}
  // expected-error @below {{'mpc.add' op failed to infer returned types}}
  %0 = mpc.add %x, %y : (!mpc.share<4x2, width = 64, fraction = 18>, tensor<4xf32>) -> !mpc.share<4x2, width = 64, fraction = 18>
  return
}

// -----

// A product that was not truncated before it is added to something.
func.func @fractions(%x: !mpc.share<4, width = 64, fraction = 36>, %y: !mpc.share<4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.sub' op combines '!mpc.share<4, width = 64, fraction = 36>' and '!mpc.share<4, width = 64, fraction = 18>'; expected one fraction}}
  // expected-error @below {{'mpc.sub' op failed to infer returned types}}
  %0 = mpc.sub %x, %y : (!mpc.share<4, width = 64, fraction = 36>, !mpc.share<4, width = 64, fraction = 18>) -> !mpc.share<4, width = 64, fraction = 36>
  return
}

// -----

// A product of products, none of them truncated.
func.func @too_narrow(%x: !mpc.share<4, width = 64, fraction = 36>) {
  // expected-error @below {{'mpc.square' op has a result of 72 bits of fraction; a ring of 64 bits is too small for it}}
  // expected-error @below {{'mpc.square' op failed to infer returned types}}
  %0 = mpc.square %x : !mpc.share<4, width = 64, fraction = 36> to !mpc.share<4, width = 64, fraction = 36>
  return
}

// -----

func.func @too_narrow_matmul(%x: !mpc.share<4x4, width = 32, fraction = 16>) {
  // expected-error @below {{'mpc.matmul' op has a result of 32 bits of fraction; a ring of 32 bits is too small for it}}
  // expected-error @below {{'mpc.matmul' op failed to infer returned types}}
  %0 = mpc.matmul %x, %x : (!mpc.share<4x4, width = 32, fraction = 16>, !mpc.share<4x4, width = 32, fraction = 16>) -> !mpc.share<4x4, width = 32, fraction = 16>
  return
}

// -----

// The truncation was forgotten.
func.func @product(%x: !mpc.share<4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.mul' op gives '!mpc.share<4, width = 64, fraction = 18>'; expected '!mpc.share<4, width = 64, fraction = 36>'}}
  %0 = mpc.mul %x, %x : (!mpc.share<4, width = 64, fraction = 18>, !mpc.share<4, width = 64, fraction = 18>) -> !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

// A public factor of a negative number of bits.
func.func @public_factor(%x: !mpc.share<4, width = 64, fraction = 18>, %p: tensor<f32>) {
  // expected-error @below {{'mpc.mul' op gives a fraction of 9; expected at least 18, that of the secret}}
  %0 = mpc.mul %x, %p : (!mpc.share<4, width = 64, fraction = 18>, tensor<f32>) -> !mpc.share<4, width = 64, fraction = 9>
  return
}

// -----

// Weights are not public numbers.
func.func @public_matrix(%x: !mpc.share<2x4, width = 64, fraction = 18>, %w: tensor<4x4xf32>) {
  // expected-error @below {{'mpc.matmul' op multiplies by 'tensor<4x4xf32>'; expected a share}}
  // expected-error @below {{'mpc.matmul' op failed to infer returned types}}
  %0 = mpc.matmul %x, %w : (!mpc.share<2x4, width = 64, fraction = 18>, tensor<4x4xf32>) -> !mpc.share<2x4, width = 64, fraction = 36>
  return
}

// -----

// A key that was not transposed.
func.func @inner(%x: !mpc.share<2x4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.matmul' op multiplies '!mpc.share<2x4, width = 64, fraction = 18>' by '!mpc.share<2x4, width = 64, fraction = 18>'; expected [..., M, K] by [..., K, N] in one ring}}
  // expected-error @below {{'mpc.matmul' op failed to infer returned types}}
  %0 = mpc.matmul %x, %x : (!mpc.share<2x4, width = 64, fraction = 18>, !mpc.share<2x4, width = 64, fraction = 18>) -> !mpc.share<2x2, width = 64, fraction = 36>
  return
}

// -----

func.func @longer(%x: !mpc.share<4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.truncate' op goes from a fraction of 18 to 18; expected fewer bits}}
  %0 = mpc.truncate %x : !mpc.share<4, width = 64, fraction = 18> to !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

func.func @bits(%x: !mpc.share<4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.is_negative' op inferred type(s) '!mpc.share<4, width = 64, fraction = 0>' are incompatible with return type(s) of operation '!mpc.share<4, width = 64, fraction = 18>'}}
  // expected-error @below {{'mpc.is_negative' op failed to infer returned types}}
  %0 = mpc.is_negative %x : !mpc.share<4, width = 64, fraction = 18> to !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

// The last axis, as ONNX writes it.
func.func @axis(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.max' op has axis -1; expected a number from 0 to 1}}
  // expected-error @below {{'mpc.max' op failed to infer returned types}}
  %0 = mpc.max %x axis = -1 : !mpc.share<4x2, width = 64, fraction = 18> to !mpc.share<4x1, width = 64, fraction = 18>
  return
}

// -----

func.func @softmax_axis(%x: !mpc.share<4x2, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.softmax' op has axis 2; expected a number from 0 to 1}}
  %0 = mpc.softmax %x axis = 2 : !mpc.share<4x2, width = 64, fraction = 18>
  return
}

// -----

// A mask of more scores than there are.
func.func @keep(%x: !mpc.share<4x2, width = 64, fraction = 18>, %keep: tensor<3x4x2xf32>) {
  // expected-error @below {{'mpc.softmax' op selects elements by 'tensor<3x4x2xf32>'; expected a shape that broadcasts to '!mpc.share<4x2, width = 64, fraction = 18>'}}
  %0 = mpc.softmax %x keep(%keep : tensor<3x4x2xf32>) axis = 1 : !mpc.share<4x2, width = 64, fraction = 18>
  return
}

// -----

func.func @norm(%x: !mpc.share<scalar, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.layer_norm' op needs an input of at least one dimension}}
  %0 = mpc.layer_norm %x epsilon = 1.0e-05 : !mpc.share<scalar, width = 64, fraction = 18>
  return
}

// -----

func.func @rsqrt(%x: !mpc.share<4, width = 64, fraction = 18>) {
  // expected-error @below {{'mpc.rsqrt' op takes 0 steps; expected 1 to 64}}
  %0 = mpc.rsqrt %x steps = 0 : !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

func.func @fraction_of_bits(%x: !mpc.bits<4>) {
  // expected-error @below {{'mpc.b2a' op gives '!mpc.share<4, width = 64, fraction = 16>'; expected '!mpc.share<4, width = 64, fraction = 0>'}}
  %0 = mpc.b2a %x : !mpc.bits<4> to !mpc.share<4, width = 64, fraction = 16>
  return
}

// -----

// Shares of one kind are not taken for those of the other.
func.func @kinds(%x: !mpc.share<4, width = 64, fraction = 0>) {
  // expected-error @below {{'mpc.b2a' op operand #0 must be a secret tensor of bits, but got '!mpc.share<4, width = 64, fraction = 0>'}}
  %0 = mpc.b2a %x : !mpc.share<4, width = 64, fraction = 0> to !mpc.share<4, width = 64, fraction = 0>
  return
}

// -----

// expected-error @below {{a share of more than 2^40 elements, or of a negative number}}
func.func @many_bits(%x: !mpc.bits<2000000000000>)
