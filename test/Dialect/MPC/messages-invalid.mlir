// RUN: tacit-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<4xi64>) {
  %e = tensor.empty() : tensor<4xi64>
  // expected-error @below {{'mpc.exchange' op has 1 inputs, 1 outputs and 2 directions; expected the same number of each}}
  %0 = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [both, both] -> tensor<4xi64>
  return
}

// -----

func.func @f(%x: tensor<4xi64>) {
  %e = tensor.empty() : tensor<2xi64>
  // expected-error @below {{'mpc.exchange' op sends 'tensor<4xi64>' and receives 'tensor<2xi64>'; expected equal shapes}}
  %0 = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<2xi64>) [both] -> tensor<2xi64>
  return
}

// -----

func.func @f(%x: tensor<4xi64>) {
  %e = tensor.empty() : tensor<4xi64>
  // expected-error @below {{expected a direction, found 'nowhere'}}
  %0 = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [nowhere] -> tensor<4xi64>
  return
}

// -----

func.func @f(%x: tensor<4xi64>) {
  %e = tensor.empty() : tensor<4xi64>
  // expected-error @below {{'mpc.exchange' op has 2 messages and 1 sites; expected a site for each}}
  %0:2 = mpc.exchange ins(%x, %x : tensor<4xi64>, tensor<4xi64>) outs(%e, %e : tensor<4xi64>, tensor<4xi64>) [both, both] {sites = [#mpc.place<number = 0, kind = "mul", op = "mpc.mul">]} -> tensor<4xi64>, tensor<4xi64>
  return
}

// -----

func.func @f(%x: tensor<4xi64>) {
  // expected-error @below {{0 bits of a word matter; expected 1 to 64}}
  mpc.deal %x as <id = 0, origin = dealt, bits = 0> : tensor<4xi64>
  return
}

// -----

func.func @f(%x: tensor<4xi64>) {
  // expected-error @below {{material has the number -1; expected at least 0}}
  mpc.deal %x as <id = -1, origin = dealt> : tensor<4xi64>
  return
}
