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

// -----

// The dictionary of earlier versions.
// expected-error @below {{'builtin.module' op expects 'nn.interface' to be an #nn.interface, found {inputs = []}}}
module attributes {nn.interface = {inputs = []}} {
}

// -----

// A function has no interface of its own.
// expected-error @below {{'func.func' op has attribute 'nn.interface', which the nn dialect does not define there}}
func.func private @f() attributes {nn.interface = #nn.interface<inputs = [], outputs = []>}

// -----

// A name that a C program could not read.
// expected-error @below {{an input or output is named "x\00"; expected a name that is not empty and has no zero byte}}
module attributes {nn.interface = #nn.interface<inputs = [<name = "x\00", type = tensor<4xf32>>], outputs = []>} {
}

// -----

// Names of free dimensions only.
// expected-error @below {{'x' has 1 names of dimensions; expected one for each of the 2 dimensions of 'tensor<?x4xf32>'}}
module attributes {nn.interface = #nn.interface<inputs = [<name = "x", type = tensor<?x4xf32>, dims = ["n"]>], outputs = [], dims = ["n"]>} {
}

// -----

// -1 for no bound.
// expected-error @below {{'x' has the index bound -1; expected a size}}
module attributes {nn.interface = #nn.interface<inputs = [<name = "x", type = tensor<4xi64>, index_bound = -1>], outputs = []>} {
}

// -----

// A size without a name.
// expected-error @below {{the free dimensions include ""; expected names that are not empty, have no zero byte and occur once}}
module attributes {nn.interface = #nn.interface<inputs = [], outputs = [], dims = [""]>} {
}

// -----

// The input's own name was changed, not the list.
// expected-error @below {{dimension 0 of input 'x' is free; expected its name to be one of the names in 'dims' of the interface}}
module attributes {nn.interface = #nn.interface<inputs = [<name = "x", type = tensor<?xf32>, dims = ["m"]>], outputs = [], dims = ["n"]>} {
}

// -----

// The names of an input were forgotten.
// expected-error @below {{dimension 0 of input 'x' is free; expected its name to be one of the names in 'dims' of the interface}}
module attributes {nn.interface = #nn.interface<inputs = [<name = "x", type = tensor<?xf32>>], outputs = [], dims = ["n"]>} {
}

// -----

// A size that only an output has.
// expected-error @below {{no input has the free dimension "m"; expected an input that determines it}}
module attributes {nn.interface = #nn.interface<inputs = [], outputs = [<name = "y", type = tensor<?xf32>, dims = ["m"]>], dims = ["m"]>} {
}

// -----

// The name of a site is one that @SITES can be given.
func.func @f(%a: tensor<2xf32>) {
  // expected-error @below {{'nn.relu' op expects 'nn.site' to be a name such as "layers.3.ffn.activation", of lower-case letters, digits, '_' and '.'}}
  %0 = nn.relu %a {nn.site = "layers.0-1"} : tensor<2xf32>
  return
}
