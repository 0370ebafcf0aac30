// RUN: tacit-opt %s -nn-resolve-dims -split-input-file -verify-diagnostics

// A pipeline written by hand, without the phase that checks the program.
func.func @values(%x: tensor<?xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {
  // expected-error @below {{gives 'tensor<?x?xf32>': its shape depends on values that are known only at run time}}
  %0 = nn.dynamic_reshape %x, %s : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// More elements than there are.
func.func @top(%x: tensor<?xf32>) -> tensor<3xf32> {
  %shape = nn.shape_of %x : (tensor<?xf32>) -> tensor<1xi64>
  %four = nn.constant dense<4> : tensor<1xi64>
  %zero = nn.constant dense<0> : tensor<1xi64>
  %step = nn.constant dense<1> : tensor<1xi64>
  %least = nn.minimum %shape, %four : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %few = nn.dynamic_slice %x, %zero, %least, %step axes = [0] : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  // expected-error @below {{gives 'tensor<5xf32>': expected 5 to be at most min('argument 0[0]', 4)}}
  %0, %1 = nn.top_k %few k = 5 axis = 0 : (tensor<?xf32>) -> (tensor<5xf32>, tensor<5xi64>)
  %2 = nn.slice %0 [0] to [3] step [1] : (tensor<5xf32>) -> tensor<3xf32>
  return %2 : tensor<3xf32>
}

// -----

// A size too few.
func.func @sizes(%x: tensor<?x?xf32>, %n: index) -> tensor<?x?xf32> {
  // expected-error @below {{has 1 sizes; expected 2, one for each free dimension of 'tensor<?x?xf32>'}}
  %0 = nn.sized %x[%n] : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
