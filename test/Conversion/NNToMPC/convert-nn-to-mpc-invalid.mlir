// RUN: tacit-opt %s -convert-nn-to-mpc -split-input-file -verify-diagnostics

// Everything that has no protocol is named in one run, also what reads the results of
// what has none; what the parties compute alone is no matter.
func.func @unsupported(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %zero = nn.constant dense<0.0> : tensor<f32>
  %own = nn.abs %x : tensor<2x4xf32>
  %0 = nn.add %own, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.erf' op depends on a secret, and there is no two-party protocol for it; expected operands that one party knows, or another form of the model}}
  %1 = nn.erf %0 : tensor<2x4xf32>
  %2 = nn.relu %1 : tensor<2x4xf32>
  // expected-error @below {{'nn.floor' op depends on a secret, and there is no two-party protocol for it}}
  %3 = nn.floor %2 : tensor<2x4xf32>
  // expected-error @below {{'nn.compare' op computes 'tensor<2x4xi1>' from a secret; expected f32, the only type that fixed point represents}}
  %4 = nn.compare eq %3, %zero : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xi1>
  // expected-error @below {{'nn.not' op computes 'tensor<2x4xi1>' from a secret}}
  %not = nn.not %4 : tensor<2x4xi1>
  // expected-error @below {{'nn.where' op chooses by a condition that neither party knows; expected one that follows from the inputs or from constants alone, or one comparison}}
  %5 = nn.where %not, %3, %zero : (tensor<2x4xi1>, tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %3, %5 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// An activation that is one operation is named as one.
func.func @mish(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.mish' op depends on a secret, and there is no two-party protocol for it; expected operands that one party knows, or another form of the model}}
  %1 = nn.mish %0 : tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// A model whose batch was not pinned.
// expected-error @below {{argument 0 is 'tensor<?x8xf32>'; expected a tensor of known dimensions}}
func.func @free(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %x : tensor<?x8xf32>
}

// -----

// A type that was made free by hand.
func.func @free_inside(%x: tensor<8x4xf32>) -> tensor<?x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<4x4xf32>
  // expected-error @below {{'nn.linear' op has a dimension that is not known; expected numbers}}
  %0 = nn.linear %x, %w : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

// expected-error @below {{'func.func' op has branches; expected one block of nn operations}}
func.func @branches(%x: tensor<4xf32>) -> tensor<4xf32> {
  cf.br ^end
^end:
  return %x : tensor<4xf32>
}

// -----

// A program of a later phase.
func.func @lowered(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'tensor.empty' op is not an operation of the nn dialect; expected a program of nn operations alone}}
  %0 = tensor.empty() : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Cheaper products of floats.
func.func @lmul(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<4x4xf32>
  // expected-error @below {{'nn.linear' op multiplies by lmul, which adds bit patterns of floats; a secret fixed-point number has none: leave out the multiplier}}
  %0 = nn.linear %x, %w multiplier(<lmul, mantissa = 4>) : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.attention' op multiplies by pam, which adds bit patterns of floats}}
  %1 = nn.attention %0, %0, %0 scale = 1.000000e+00 multiplier(<pam>) : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

func.func @shift_add(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %codes = nn.constant dense<0> : tensor<1x4x4xi8>
  %w = nn.powers_of_two %codes : tensor<1x4x4xi8> to tensor<4x4xf32>
  // expected-error @below {{'nn.linear' op multiplies by adding exponents of weights, which only the server knows in plain; leave out shift_add, which saves nothing between two parties}}
  %0 = nn.linear %x, %w multiplier(<shift_add>) : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// Half precision has to be widened first.
func.func @half(%x: tensor<2x4xf16>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf16>
  // expected-error @below {{'nn.add' op computes 'tensor<2x4xf16>' from a secret; expected f32, the only type that fixed point represents}}
  %0 = nn.add %x, %b : (tensor<2x4xf16>, tensor<4xf16>) -> tensor<2x4xf16>
  // expected-error @below {{'nn.cast' op depends on a secret, and there is no two-party protocol for it}}
  %1 = nn.cast %0 : tensor<2x4xf16> to tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// The exponents are the server's, and integers.
func.func @integers(%x: tensor<2x4xf32>) -> tensor<2x4xi8> {
  %b = nn.constant dense_resource<b> : tensor<2x4xi8>
  // expected-error @below {{makes a secret of 'tensor<2x4xi8>'; expected f32 and known dimensions}}
  return %b : tensor<2x4xi8>
}

// -----

// An angle that the client could take itself, if it knew the factor; a real name helps.
func.func @number(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %base = nn.constant dense<3.0> : tensor<f32> loc("base")
  // expected-note @below {{the number 'base' is the server's; list it as public if the client may know it}}
  // expected-error @below {{'nn.mod' op depends on a secret, and there is no two-party protocol for it}}
  %0 = nn.mod %x, %base : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// A mask for floats, where no attention was found around it.
func.func @too_large(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %mask = nn.constant dense<-3.40282347E+38> : tensor<f32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.add' op has the constant -3.402823e+38; a ring of 64 bits with a fraction of 18 has room only for numbers below 2^45 there; expected a wider ring or a smaller constant}}
  %1 = nn.add %0, %mask : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

func.func @too_small(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %million = nn.constant dense<1.0e+06> : tensor<f32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.div' op multiplies by 1.000000e-06, which a fraction of 18 bits rounds to 0; expected a longer one}}
  %1 = nn.div %0, %million : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// The size of a secret is bounded, and that of what a secret becomes.
func.func @huge(%x: tensor<1048576x1xf32>) -> tensor<1048576x1048577xf32> {
  %b = nn.constant dense_resource<b> : tensor<1x1048577xf32>
  // expected-error @below {{'nn.add' op needs a share of more than 2^40 elements, or of a negative number}}
  %0 = nn.add %x, %b : (tensor<1048576x1xf32>, tensor<1x1048577xf32>) -> tensor<1048576x1048577xf32>
  return %0 : tensor<1048576x1048577xf32>
}

// -----

// Large windows that overlap, and no window at all.
func.func @conv(%x: tensor<1x3x40x40xf32>, %none: tensor<0x3x40x40xf32>) -> (tensor<1x8x8x8xf32>, tensor<0x8x8x8xf32>) {
  %w = nn.constant dense_resource<w> : tensor<8x3x33x33xf32>
  // expected-error @below {{'nn.conv' op has windows of 1089 elements that overlap; expected at most 1024, each of which is a slice}}
  %0 = nn.conv %x, %w strides = [1, 1] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 1 : (tensor<1x3x40x40xf32>, tensor<8x3x33x33xf32>) -> tensor<1x8x8x8xf32>
  // expected-error @below {{'nn.conv' op has no elements; expected at least one window}}
  %1 = nn.conv %none, %w strides = [1, 1] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 1 : (tensor<0x3x40x40xf32>, tensor<8x3x33x33xf32>) -> tensor<0x8x8x8xf32>
  return %0, %1 : tensor<1x8x8x8xf32>, tensor<0x8x8x8xf32>
}

// -----

// What a dynamically quantized layer becomes: the client has the activations as integers,
// and the server the weights.
func.func @quantized(%x: tensor<2x4xi32>, %y: tensor<2x4xf32>) -> (tensor<2x4xi32>, tensor<2x4xf32>) {
  %w = nn.constant dense_resource<w> : tensor<4x4xi32>
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  // expected-error @below {{'nn.matmul' op computes 'tensor<2x4xi32>' from a secret; expected f32}}
  // expected-note @below {{activations in few bits save nothing here, because every number is a word of the ring: use the model as it was before its activations were quantized}}
  %0 = nn.matmul %x, %w : (tensor<2x4xi32>, tensor<4x4xi32>) -> tensor<2x4xi32>
  %1 = nn.mul %y, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.round' op depends on a secret, and there is no two-party protocol for it}}
  // expected-note @below {{activations in few bits save nothing here}}
  %2 = nn.round %1 : tensor<2x4xf32>
  return %0, %2 : tensor<2x4xi32>, tensor<2x4xf32>
}
