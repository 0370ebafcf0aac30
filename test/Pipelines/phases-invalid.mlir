// RUN: not tacit-opt %s -tacit-check 2>&1 | FileCheck %s
// RUN: not tacit-opt %s -tacit-linalg 2>&1 | FileCheck %s

// A shape that is an input of the model stops at the first phase that needs it.
// CHECK: error: 'nn.dynamic_reshape' op gives 'tensor<?xf32>': its shape depends on values that are known only at run time
func.func @main(%x: tensor<2x4xf32> {nn.name = "x"}, %s: tensor<1xi64> {nn.name = "s"}) -> tensor<?xf32> {
  %0 = nn.dynamic_reshape %x, %s : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
