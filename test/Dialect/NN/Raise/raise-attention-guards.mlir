// RUN: tacit-opt %s -nn-normalize -nn-raise-attention -split-input-file | FileCheck %s
// RUN: tacit-opt %s -nn-normalize -nn-raise-attention -split-input-file --remarks-filter=raise 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tacit-reference %s --compiled --pipeline='func.func(nn-normalize,nn-raise-attention)' | FileCheck %s --check-prefix=VALUES

// Raised, functions of known shapes compute the same, and so does their compiled code.
// VALUES: {{^}}2 functions

// PyTorch puts zeros where a row without keys has made its probabilities no numbers.
// CHECK-LABEL: func.func @guarded(
// CHECK-SAME: %[[Q:.+]]: tensor<2x4xf32>, %{{.+}}: tensor<4x3xf32>, %[[V:.+]]: tensor<3x5xf32>, %[[M:.+]]: tensor<2x3xf32>)
// CHECK: %[[Y:.+]] = nn.attention %[[Q]], %{{.+}}, %[[V]] mask(%[[M]]) scale = 1.000000e+00 zero_rows
// CHECK: return %[[Y]]
// REMARK: Function=guarded | Remark="scale 1, float mask"
func.func @guarded(%q: tensor<2x4xf32>, %kt: tensor<4x3xf32>, %v: tensor<3x5xf32>,
                   %m: tensor<2x3xf32>) -> tensor<2x5xf32> {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %1 = nn.add %0, %m : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %p = nn.softmax %1 axis = 1 : tensor<2x3xf32>
  %number = nn.compare eq %p, %p : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %nan = nn.not %number : tensor<2x3xi1>
  %g = nn.where %nan, %zero, %p : (tensor<2x3xi1>, tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %y = nn.matmul %g, %v : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// Something else reads the probabilities: they have to be there.
// CHECK-LABEL: func.func @read(
// CHECK: nn.softmax
// CHECK-NOT: nn.attention
// REMARK: Function=read | {{.*}}something else reads the probabilities
func.func @read(%q: tensor<2x4xf32>, %kt: tensor<4x3xf32>, %v: tensor<3x5xf32>) -> (tensor<2x5xf32>, tensor<2x3xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %p = nn.softmax %0 axis = 1 : tensor<2x3xf32>
  %number = nn.compare eq %p, %p : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %nan = nn.not %number : tensor<2x3xi1>
  %g = nn.where %nan, %zero, %p : (tensor<2x3xi1>, tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %y = nn.matmul %g, %v : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
  return %y, %p : tensor<2x5xf32>, tensor<2x3xf32>
}
