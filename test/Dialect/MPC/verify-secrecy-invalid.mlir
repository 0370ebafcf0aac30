// RUN: tacit-opt %s -mpc-verify-secrecy -split-input-file -verify-diagnostics

// A function that was meant to be called from a larger program of shares.
// expected-error @+2 {{'func.func' op takes a secret, as argument 1}}
// expected-note @+1 {{the parties provide plain tensors; turn them into secrets with mpc.share}}
func.func @main(%x: tensor<4xf32>, %s: !mpc.share<4, width = 64, fraction = 18>) -> !mpc.share<4, width = 64, fraction = 18> {
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  %1 = mpc.add %0, %s : (!mpc.share<4, width = 64, fraction = 18>, !mpc.share<4, width = 64, fraction = 18>) -> !mpc.share<4, width = 64, fraction = 18>
  // The reveal was forgotten.
  // expected-error @+2 {{'func.return' op returns a secret, as result 0}}
  // expected-note @+1 {{reveal it first, with mpc.reveal ... to client}}
  return %1 : !mpc.share<4, width = 64, fraction = 18>
}

// -----

// A cast that a half-finished lowering left behind lets a secret out, and in.
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  // expected-error @+2 {{'builtin.unrealized_conversion_cast' op reads a secret outside the mpc dialect}}
  // expected-note @+1 {{a secret may leave only through mpc.reveal; use mpc operations}}
  %1 = builtin.unrealized_conversion_cast %0 : !mpc.share<4, width = 64, fraction = 18> to tensor<4xf32>
  // expected-error @+2 {{'builtin.unrealized_conversion_cast' op makes a secret outside the mpc dialect}}
  // expected-note @+1 {{only mpc.share and mpc.one_hot make secrets}}
  %2 = builtin.unrealized_conversion_cast %1 : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  return %1 : tensor<4xf32>
}

// -----

// Secrets hidden inside another type.
func.func @main(%x: tensor<4xf32>) {
  // expected-error @+2 {{'builtin.unrealized_conversion_cast' op makes a secret outside the mpc dialect}}
  // expected-note @+1 {{only mpc.share and mpc.one_hot make secrets}}
  %0 = builtin.unrealized_conversion_cast %x : tensor<4xf32> to tuple<i1, !mpc.share<4, width = 64, fraction = 18>>
  return
}

// -----

// The wrong party.
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  // expected-error @+2 {{'mpc.reveal' op reveals a secret to the server}}
  // expected-note @+1 {{only the client may learn results; reveal it 'to client'}}
  %1 = mpc.reveal %0 to server : !mpc.share<4, width = 64, fraction = 18> -> tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

// Weights as a plain factor, which makes the product local and discloses them.
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  // expected-error @+2 {{'mpc.mul' op computes with a plain operand that is not the result of mpc.public}}
  // expected-note @+1 {{the other party does not know it; use mpc.public for a constant of the architecture, otherwise mpc.share}}
  %1 = mpc.mul %0, %w : (!mpc.share<4, width = 64, fraction = 18>, tensor<4xf32>) -> !mpc.share<4, width = 64, fraction = 36>
  %2 = mpc.reveal %1 to client : !mpc.share<4, width = 64, fraction = 36> -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// -----

// The client's mask taken for one that both know, after some arithmetic.
func.func @main(%mask: tensor<4xf32>) {
  %number = nn.constant {nn.from_attribute} dense<1.0> : tensor<f32>
  %one = mpc.public %number as attribute : tensor<f32>
  %0 = nn.sub %mask, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // expected-error @+2 {{'mpc.public' op makes public a value that depends on the client's input}}
  // expected-note @+1 {{the server would learn it; turn it into a secret with mpc.share from client}}
  %1 = mpc.public %0 as mask : tensor<4xf32>
  return
}

// -----

// The parties exchanged, by mpc.share and by mpc.one_hot, also after a reveal.
func.func @main(%x: tensor<4xf32>, %ids: tensor<4xi64>) {
  %w = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  // expected-error @+2 {{'mpc.share' op is made by the server from a value that depends on the client's input}}
  // expected-note @+1 {{the server would have to see the input; share it 'from client'}}
  %0 = mpc.share %x from server : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  // expected-error @+2 {{'mpc.one_hot' op is made by the server from a value that depends on the client's input}}
  // expected-note @+1 {{the server would have to see the input; share it 'from client'}}
  %1 = mpc.one_hot %ids from server : tensor<4xi64> to !mpc.share<4x2, width = 64, fraction = 0>
  // expected-error @+2 {{'mpc.share' op is made by the client from a value that depends on the server's weights}}
  // expected-note @+1 {{the client would have to see the weights; share them 'from server'}}
  %2 = mpc.share %w from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  %3 = mpc.reveal %2 to client : !mpc.share<4, width = 64, fraction = 18> -> tensor<4xf32>
  // expected-error @+2 {{'mpc.share' op is made by the server from a value that depends on the client's input}}
  // expected-note @+1 {{the server would have to see the input; share it 'from client'}}
  %4 = mpc.share %3 from server : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  return
}

// -----

// A layer that was not converted: no secret is there to leave, and both inputs do.
// Packed weights are as secret as floats.
func.func @main(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xi8>) {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %packed = nn.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>
  // expected-error @+2 {{'nn.matmul' op combines in plain values that depend on the client's input and on the server's weights}}
  // expected-note @+1 {{one party would have to see the other's values; share both and use mpc operations}}
  %0 = nn.matmul %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // expected-error @+2 {{'func.return' op returns a value that depends on the server's weights alone, as result 1}}
  // expected-note @+1 {{share it 'from server' and reveal it 'to client', so that the disclosure is explicit}}
  return %0, %packed : tensor<2x2xf32>, tensor<2x2xi8>
}

// -----

// Control flow, a call, and a global: not what the proof is about.
// expected-error @+2 {{'memref.global' op appears beside the functions of the program}}
// expected-note @+1 {{secrecy is proved for functions only; lower it later, or leave it out}}
memref.global "private" constant @weights : memref<2xf32> = dense<1.0>
func.func @main(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  // expected-error @+2 {{'scf.if' op branches, has regions or calls a function}}
  // expected-note @+1 {{secrecy is proved for straight-line programs only; unroll or inline it first}}
  %0 = scf.if %c -> tensor<4xf32> {
    scf.yield %x : tensor<4xf32>
  } else {
    scf.yield %x : tensor<4xf32>
  }
  // expected-error @+2 {{'func.call' op branches, has regions or calls a function}}
  // expected-note @+1 {{secrecy is proved for straight-line programs only; unroll or inline it first}}
  %1 = func.call @other(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @other(%x: tensor<4xf32>) -> tensor<4xf32>

// -----

// A table of floats, disclosed to the client in an edited phase file, for every
// reason that there is.
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32> loc("w")
  // expected-error @+2 {{'mpc.public' op discloses a constant to the client as a mask, but it is used for something else}}
  // expected-note @+1 {{a weight belongs to the server: share it with mpc.share from server}}
  %0 = mpc.public %w as mask : tensor<4xf32>
  // expected-error @+2 {{'mpc.public' op discloses a constant to the client as an index, but it is used for something else}}
  // expected-note @+1 {{a weight belongs to the server}}
  %1 = mpc.public %w as index : tensor<4xf32>
  // expected-error @+2 {{'mpc.public' op discloses a constant of the file to the client as an 'attribute'}}
  // expected-note @+1 {{expected one number, or a list of up to 64, with the attribute nn.from_attribute; share a weight with mpc.share from server}}
  %2 = mpc.public %w as attribute : tensor<4xf32>
  // expected-error @+2 {{'mpc.public' op discloses to the client a constant that is not listed, 'w'}}
  // expected-note @+1 {{list the name in the option 'public' if the client may know it}}
  %3 = mpc.public %w as listed "w" : tensor<4xf32>
  %4 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  %5 = mpc.mul %4, %0 : (!mpc.share<4, width = 64, fraction = 18>, tensor<4xf32>) -> !mpc.share<4, width = 64, fraction = 36>
  %6 = mpc.truncate %5 : !mpc.share<4, width = 64, fraction = 36> to !mpc.share<4, width = 64, fraction = 18>
  %7 = mpc.add %6, %1 : (!mpc.share<4, width = 64, fraction = 18>, tensor<4xf32>) -> !mpc.share<4, width = 64, fraction = 18>
  %8 = mpc.reveal %7 to client : !mpc.share<4, width = 64, fraction = 18> -> tensor<4xf32>
  return %8 : tensor<4xf32>
}

// -----

// A list of numbers belongs to an attribute or to the definition of a function, a table of
// them does not.
func.func @main(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %list = nn.constant {nn.from_attribute} dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = mpc.public %list as attribute : tensor<2x1xf32>
  %table = nn.constant {nn.from_attribute} dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  // expected-error @+2 {{'mpc.public' op discloses a constant of the file to the client as an 'attribute'}}
  // expected-note @+1 {{expected one number, or a list of up to 64, with the attribute nn.from_attribute; share a weight with mpc.share from server}}
  %1 = mpc.public %table as attribute : tensor<2x2xf32>
  return %x : tensor<2x2xf32>
}

// -----

// Truth values are a mask where they choose, and a weight where the client multiplies by
// them. A sum is not a constant.
func.func @main(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = nn.constant dense<[[true, false], [true, true]]> : tensor<2x2xi1>
  // expected-error @+2 {{'mpc.public' op discloses a constant to the client as a mask, but it is used for something else}}
  // expected-note @+1 {{a weight belongs to the server}}
  %0 = mpc.public %w as mask : tensor<2x2xi1>
  %1 = nn.cast %0 : tensor<2x2xi1> to tensor<2x2xf32>
  %2 = nn.matmul %x, %1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = nn.cast %w : tensor<2x2xi1> to tensor<2x2xf32>
  // expected-error @+2 {{'mpc.public' op makes public a value that was computed; expected a constant}}
  // expected-note @+1 {{make the constants public from which it is computed}}
  %4 = mpc.public %3 as mask : tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}

// -----

// Secret bits are no less secret than numbers.
func.func @main(%x: tensor<4xf32>) -> !mpc.bits<4> {
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  %1 = mpc.msb %0 : !mpc.share<4, width = 64, fraction = 18> to !mpc.bits<4>
  // expected-error @+2 {{'func.return' op returns a secret, as result 0}}
  // expected-note @+1 {{reveal it first, with mpc.reveal ... to client}}
  return %1 : !mpc.bits<4>
}
