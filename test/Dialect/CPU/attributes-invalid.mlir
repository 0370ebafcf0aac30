// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// A single entry instead of a list.
// expected-error @below {{'builtin.module' op expects 'cpu.weights' to be an array of #cpu.weight, found #cpu.weight<}}
module attributes {cpu.weights = #cpu.weight<value = dense<1.0> : tensor<2xf32>, offset = 0>} {
}

// -----

// A size that was put into quotes.
// expected-error @below {{'builtin.module' op expects 'cpu.arena_bytes' to be an integer, found "64"}}
module attributes {cpu.arena_bytes = "64"} {
}

// -----

// The number of a sentence instead of the sentence.
// expected-error @below {{'builtin.module' op expects 'cpu.checks' to be an array of strings, found [1]}}
module attributes {cpu.checks = [1]} {
}

// -----

// A misspelt attribute.
// expected-error @below {{'builtin.module' op has attribute 'cpu.weight', which the cpu dialect does not define there}}
module attributes {cpu.weight = []} {
}

// -----

// Attributes of the dialect belong to the module.
// expected-error @below {{'func.func' op has attribute 'cpu.arena_bytes', which the cpu dialect does not define there}}
func.func private @f() attributes {cpu.arena_bytes = 64 : i64}

// -----

// An offset that was computed wrongly.
// expected-error @below {{expected a tensor of known size at a non-negative offset}}
module attributes {cpu.weights = [#cpu.weight<value = dense<1.0> : tensor<2xf32>, offset = -1>]} {
}

// -----

// A permutation of a vector in the entry of a matrix.
// expected-error @below {{expected 'position' and 'permutation' to name the 2 dimensions of the value}}
module attributes {cpu.weights = [#cpu.weight<value = dense<1.0> : tensor<2x2xf32>, offset = 0, panel = 32, position = 1, permutation = [0]>]} {
}
