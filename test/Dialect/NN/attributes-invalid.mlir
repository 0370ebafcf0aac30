// RUN: tacit-opt %s -split-input-file -verify-diagnostics

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
// expected-error @below {{'func.func' op has attribute 'nn.name', which the nn dialect does not define there}}
func.func @f() attributes {nn.name = "x"} {
  return
}
