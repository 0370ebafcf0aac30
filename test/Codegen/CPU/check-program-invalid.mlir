// RUN: tacit-opt %s -cpu-check-program -split-input-file -verify-diagnostics

// Everything that is wrong, in one go: shapes that are computed from values, and
// dimensions that can never be equal.
func.func @main(%x: tensor<?x8xf32> {nn.name = "x"}, %y: tensor<?x9xf32> {nn.name = "y"},
                %s: tensor<2xi64> {nn.name = "s"}, %w: tensor<4x?xf32> {nn.name = "w"})
    -> (tensor<?x?xf32>, tensor<?x8xf32>) {
  // expected-error @below {{gives 'tensor<?x?xf32>': its shape depends on values that are known only at run time}}
  %0 = nn.dynamic_reshape %x, %s : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  %shape = nn.shape_of %y : (tensor<?x9xf32>) -> tensor<2xi64>
  %last = nn.slice %shape [1] to [2] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %start = nn.constant dense<0> : tensor<1xi64>
  %step = nn.constant dense<1> : tensor<1xi64>
  %z = nn.dynamic_slice %y, %start, %last, %step axes = [1] : (tensor<?x9xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  // expected-error @below {{gives 'tensor<?x8xf32>': expected 8 to be 9}}
  %1 = nn.concat %x, %z axis = 0 : (tensor<?x8xf32>, tensor<?x?xf32>) -> tensor<?x8xf32>
  // expected-error @below {{gives 'tensor<?x?xf32>': its step is zero, or known only at run time}}
  %2 = nn.dynamic_slice %x, %start, %last, %start axes = [1] : (tensor<?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  // expected-error @below {{gives 'tensor<?x4x?xf32>': nothing determines its free dimension}}
  %3 = nn.expand %w : tensor<4x?xf32> to tensor<?x4x?xf32>
  return %0, %1 : tensor<?x?xf32>, tensor<?x8xf32>
}

// -----

// A product that nobody can foresee.
func.func @main(%x: tensor<?x?x?x?x?x?x?x?x?xf32> {nn.name = "x"}) -> tensor<?xf32> {
  %flat = nn.constant dense<-1> : tensor<1xi64>
  // expected-error @below {{gives 'tensor<?xf32>', and its free dimensions follow from no input}}
  %0 = nn.dynamic_reshape %x, %flat : (tensor<?x?x?x?x?x?x?x?x?xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// A shape that is computed from values.
func.func @main(%x: tensor<8xf32> {nn.name = "x"}, %s: tensor<2xi64> {nn.name = "s"}) -> tensor<?x?xf32> {
  // expected-error @below {{gives 'tensor<?x?xf32>': its shape depends on values that are known only at run time}}
  %0 = nn.dynamic_reshape %x, %s : (tensor<8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// i4 has no address of its own.
func.func @main(%x: tensor<8xf32> {nn.name = "x"}) -> tensor<8xf32> {
  // expected-error @below {{gives 'tensor<8xi4>', which the CPU cannot store}}
  %0 = nn.cast %x : tensor<8xf32> to tensor<8xi4>
  %1 = nn.cast %0 : tensor<8xi4> to tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// Arithmetic in half precision, which needs a library.
func.func @main(%x: tensor<8xf16> {nn.name = "x"}) -> tensor<8xf16> {
  // expected-error @below {{'nn.add' op computes on 'tensor<8xf16>', which the CPU can only store; convert it to f32 with nn.cast first}}
  %0 = nn.add %x, %x : (tensor<8xf16>, tensor<8xf16>) -> tensor<8xf16>
  return %0 : tensor<8xf16>
}

// -----

// Three bytes: LLVM would give each number four.
func.func @main(%x: tensor<8xf32> {nn.name = "x"}) -> tensor<8xf32> {
  // expected-error @below {{gives 'tensor<8xi24>', which the CPU cannot store}}
  %0 = nn.cast %x : tensor<8xf32> to tensor<8xi24>
  %1 = nn.cast %0 : tensor<8xi24> to tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// A dimension that somebody mistyped, and what an ONNX file can ask for.
// expected-error @below {{input 'x' is 'tensor<1099511627776xf32>', which the CPU cannot store}}
func.func @main(%x: tensor<1099511627776xf32> {nn.name = "x"}, %s: tensor<f32> {nn.name = "s"})
    -> tensor<1099511627776xf32> {
  // expected-error @below {{gives 'tensor<1099511627776xf32>', which the CPU cannot store}}
  %0 = nn.expand %s : tensor<f32> to tensor<1099511627776xf32>
  return %0 : tensor<1099511627776xf32>
}

// -----

// A function of somebody's library, not a model.
// expected-error @below {{expected a function @main with one block: the model}}
module {
  func.func @model(%x: tensor<4xf32>) -> tensor<4xf32> {
    return %x : tensor<4xf32>
  }
}

// -----

// A program written by hand, without names.
// expected-error @below {{argument 0 has type 'tensor<4xf32>'; expected a tensor with an 'nn.name' attribute}}
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// --from=import on a file that has left nn already.
func.func @main(%x: tensor<4xf32> {nn.name = "x"}) -> tensor<4xf32> {
  // expected-error @below {{is not an operation of the nn dialect; expected a program as the phase 'raise' leaves it}}
  %0 = arith.negf %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// The multiplier was written by hand, the weight left as it was.
func.func @main(%x: tensor<2x4xf32> {nn.name = "x"}) -> (tensor<2x3xf32> {nn.name = "y"}) {
  %w = nn.constant dense<1.0> : tensor<4x3xf32>
  // expected-error @below {{'nn.linear' op multiplies by shift_add a weight that is not the result of nn.powers_of_two}}
  // expected-note @below {{nn-set-multiplier{kind=shift_add} creates both}}
  %0 = nn.linear %x, %w multiplier(<shift_add>) : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// A term more in the weight than in the multiplier.
func.func @main(%x: tensor<2x4xf32> {nn.name = "x"}, %c: tensor<3x4x3xi8> {nn.name = "c"})
    -> (tensor<2x3xf32> {nn.name = "y"}) {
  %w = nn.powers_of_two %c : tensor<3x4x3xi8> to tensor<4x3xf32>
  // expected-error @below {{'nn.linear' op multiplies by shift_add a weight of 3 powers of two; expected 2, as its multiplier says}}
  // expected-note @below {{nn-set-multiplier{kind=shift_add} creates both}}
  %0 = nn.linear %x, %w multiplier(<shift_add, terms = 2>) : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
