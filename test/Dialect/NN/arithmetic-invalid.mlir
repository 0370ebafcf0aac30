// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// The bits beyond 23 do not exist in f32.
// expected-error @below {{keeps 99 bits of mantissa; expected 1 to 23}}
#m = #nn.multiplier<lmul, mantissa = 99>

// -----

// A parameter of another multiplier.
// expected-error @below {{'mantissa' applies to lmul only; found it with pam}}
#m = #nn.multiplier<pam, mantissa = 4>

// -----

// expected-error @below {{'alpha' applies to pam only; found it with lmul}}
#m = #nn.multiplier<lmul, alpha = 1.5 : f32>

// -----

// expected-error @below {{'terms' applies to shift_add only; found it with exact}}
#m = #nn.multiplier<exact, terms = 2>

// -----

// A factor of 2 is one more in the exponent.
// expected-error @below {{has alpha = 2.000000e+00 : f32; expected an f32 from 1 to below 2}}
#m = #nn.multiplier<pam, alpha = 2.0 : f32>

// -----

// expected-error @below {{has 0 terms; expected 1 to 24}}
#m = #nn.multiplier<shift_add, terms = 0>

// -----

// The definitions are those of f32.
func.func @f(%x: tensor<2x2xf64>) -> tensor<2x2xf64> {
  // expected-error @below {{'nn.matmul' op multiplies 'f64' by lmul, which is defined for f32}}
  %0 = nn.matmul %x, %x multiplier(<lmul>) : (tensor<2x2xf64>, tensor<2x2xf64>) -> tensor<2x2xf64>
  return %0 : tensor<2x2xf64>
}

// -----

// Neither factor of an attention score is a weight.
func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error @below {{'nn.matmul' op multiplies by shift_add; expected this kind on nn.linear only, whose weight can be powers of two}}
  %0 = nn.matmul %x, %x multiplier(<shift_add>) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @f(%s: tensor<1x2xf32>, %p: tensor<1x4x2xi8>) {
  // expected-error @below {{'nn.dequantize' op has weights of 5 bits; expected 4, 6 or 8}}
  %0 = nn.dequantize bits = 5 scale(%s) planes(%p) : (tensor<1x2xf32>, tensor<1x4x2xi8>) -> tensor<4x2xf32>
  return
}

// -----

// The upper bits were forgotten.
func.func @f(%s: tensor<1x2xf32>, %p: tensor<1x4x2x2xi8>) {
  // expected-error @below {{'nn.dequantize' op has 1 planes; expected 2 for 6 bits}}
  %0 = nn.dequantize bits = 6 scale(%s) planes(%p) : (tensor<1x2xf32>, tensor<1x4x2x2xi8>) -> tensor<16x2xf32>
  return
}

// -----

// The planes in the wrong order.
func.func @f(%s: tensor<1x2xf32>, %p: tensor<1x4x2x2xi8>, %q: tensor<1x4x2xi8>) {
  // expected-error @below {{'nn.dequantize' op has a plane of type 'tensor<1x4x2xi8>'; expected 'tensor<1x4x2x2xi8>' for 1 groups and 2 columns}}
  %0 = nn.dequantize bits = 6 scale(%s) planes(%q, %p) : (tensor<1x2xf32>, tensor<1x4x2xi8>, tensor<1x4x2x2xi8>) -> tensor<16x2xf32>
  return
}

// -----

func.func @f(%s: tensor<?x2xf32>, %p: tensor<1x4x2xi8>) {
  // expected-error @below {{'nn.dequantize' op expected known dimensions, found 'tensor<?x2xf32>' and 'tensor<4x2xf32>'}}
  %0 = nn.dequantize bits = 8 scale(%s) planes(%p) : (tensor<?x2xf32>, tensor<1x4x2xi8>) -> tensor<4x2xf32>
  return
}

// -----

// One zero point for the whole matrix.
func.func @f(%s: tensor<2x2xf32>, %z: tensor<1x1xi8>, %p: tensor<2x4x2xi8>) {
  // expected-error @below {{'nn.dequantize' op has zero points of type 'tensor<1x1xi8>'; expected one for each scale of 'tensor<2x2xf32>'}}
  %0 = nn.dequantize bits = 8 scale(%s) zero_point(%z) planes(%p) : (tensor<2x2xf32>, tensor<1x1xi8>, tensor<2x4x2xi8>) -> tensor<8x2xf32>
  return
}

// -----

// Bytes counted, not weights.
func.func @f(%s: tensor<2x2xf32>, %p: tensor<2x4x2xi8>) {
  // expected-error @below {{'nn.dequantize' op gives 'tensor<8x2xf32>'; expected 2 columns and 9 to 16 rows, as 2 groups of 8 hold}}
  %0 = nn.dequantize bits = 4 scale(%s) planes(%p) : (tensor<2x2xf32>, tensor<2x4x2xi8>) -> tensor<8x2xf32>
  return
}

// -----

// The terms are the first dimension.
func.func @f(%c: tensor<4x2x3xi8>) {
  // expected-error @below {{'nn.powers_of_two' op turns codes of type 'tensor<4x2x3xi8>' into 'tensor<4x2xf32>'; expected [terms, K, N] and [K, N], 1 to 24 terms}}
  %0 = nn.powers_of_two %c : tensor<4x2x3xi8> to tensor<4x2xf32>
  return
}

// -----

// 2^32 + 1 groups of 2^32: in 64 bits that is 2^32 again.
func.func @f(%s: tensor<4294967297x2xf32>, %p: tensor<4294967297x2147483648x2xi8>) {
  // expected-error @below {{'nn.dequantize' op has 4294967297 groups of 2 x 2147483648 rows; expected fewer than 2^63 rows}}
  %0 = nn.dequantize bits = 4 scale(%s) planes(%p) : (tensor<4294967297x2xf32>, tensor<4294967297x2147483648x2xi8>) -> tensor<17x2xf32>
  return
}

// -----

// Tensors of any rank are another dialect's.
func.func @f(%x: tensor<3x4xf32>, %w: tensor<*xf32>) {
  // expected-error @below {{'nn.linear' op operand #1 must be ranked tensor of floating-point values, but got 'tensor<*xf32>'}}
  %0 = nn.linear %x, %w multiplier(<lmul>) : (tensor<3x4xf32>, tensor<*xf32>) -> tensor<3x2xf32>
  return
}

// -----

func.func @f(%s: tensor<1x2xf32>, %p: tensor<*xi8>) {
  // expected-error @below {{'nn.dequantize' op operand #1 must be variadic of ranked tensor of 8-bit signless integer values, but got 'tensor<*xi8>'}}
  %0 = nn.dequantize bits = 8 scale(%s) planes(%p) : (tensor<1x2xf32>, tensor<*xi8>) -> tensor<4x2xf32>
  return
}

// -----

// The pieces of an approximation have no such constant.
func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'nn.gelu' op has a scale, but puma consists of polynomials; leave the scale out}}
  %0 = nn.gelu puma %x {scale = 0.7 : f64} : tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'nn.gelu' op has a cubic term, which erf has not; expected tanh}}
  %0 = nn.gelu erf %x {cubic = 0.7 : f64} : tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'nn.gelu' op has a scale of -1.000000e+00; expected a positive number}}
  %0 = nn.gelu erf %x {scale = -1.0 : f64} : tensor<2xf32>
  return
}

// -----

// A beta of 0 would be half of x.
func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{'nn.silu' op has a beta of 0.000000e+00; expected a positive number}}
  %0 = nn.silu %x {beta = 0.0 : f64} : tensor<2xf32>
  return
}
