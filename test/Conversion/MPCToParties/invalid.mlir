// RUN: tacit-opt %s -convert-mpc-to-parties -split-input-file -verify-diagnostics

func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = mpc.share %x from client : tensor<2xf32> to !mpc.share<2, width = 64, fraction = 16>
  // expected-error @below {{'mpc.exp' op has no protocol of messages; expected a primitive, as mpc-expand with recipe=tacit produces them}}
  %1 = mpc.exp %0 : !mpc.share<2, width = 64, fraction = 16>
  // expected-error @below {{'mpc.relu' op has no protocol of messages}}
  %2 = mpc.relu %1 : !mpc.share<2, width = 64, fraction = 16>
  %3 = mpc.reveal %2 to client : !mpc.share<2, width = 64, fraction = 16> -> tensor<2xf32>
  return %3 : tensor<2xf32>
}

// -----

func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @below {{'mpc.share' op computes in a ring of 32 bits; expected 64}}
  %0 = mpc.share %x from client : tensor<2xf32> to !mpc.share<2, width = 32, fraction = 12>
  // expected-error @below {{'mpc.reveal' op computes in a ring of 32 bits; expected 64}}
  %1 = mpc.reveal %0 to client : !mpc.share<2, width = 32, fraction = 12> -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

!x = !mpc.share<2, width = 64, fraction = 16>

// The server does not know the input, nobody what is revealed only later, and both know
// constants alone.
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @below {{'mpc.share' op reads numbers that its party does not know before the run; mpc-verify-secrecy says why}}
  %0 = mpc.share %x from server : tensor<2xf32> to !x
  // expected-error @below {{'mpc.add' op reads numbers that its party does not know before the run}}
  %1 = mpc.add %0, %x : (!x, tensor<2xf32>) -> !x
  %2 = mpc.reveal %1 to client : !x -> tensor<2xf32>
  // expected-error @below {{'mpc.share' op reads numbers that its party does not know before the run}}
  %3 = mpc.share %2 from client : tensor<2xf32> to !x
  %4 = mpc.reveal %3 to client : !x -> tensor<2xf32>
  return %4 : tensor<2xf32>
}

// -----

// expected-error @below {{expected a function @main with one block: the model}}
module {
  func.func @f() {
    return
  }
}

// -----

// The client reshapes its input alone, but nobody knows by how much.
func.func @main(%x: tensor<4xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {
  // expected-error @below {{'nn.dynamic_reshape' op has a dimension that is not known; expected numbers}}
  %0 = nn.dynamic_reshape %x, %s : (tensor<4xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
