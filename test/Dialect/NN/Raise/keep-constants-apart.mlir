// RUN: tacit-opt %s -pass-pipeline='builtin.module(func.func(nn-keep-constants-apart,cse))' | FileCheck %s
// RUN: tacit-opt %s -pass-pipeline='builtin.module(func.func(cse))' | FileCheck %s --check-prefix=MERGED

// Two weights of the file are two, whether they are equal or not. A number that follows
// from an attribute is none of them.
// CHECK-LABEL: func.func @biases(
// CHECK-DAG: %[[B:.+]] = nn.constant {nn.name = "b"} dense<0.000000e+00> : tensor<2xf32>
// CHECK-DAG: %[[C:.+]] = nn.constant {nn.name = "c"} dense<0.000000e+00> : tensor<2xf32>
// CHECK-DAG: %[[E:.+]] = nn.constant {nn.from_attribute} dense<9.99999974E-6> : tensor<f32>
// CHECK: nn.add %arg0, %[[B]]
// CHECK: nn.add %{{.+}}, %[[C]]
// CHECK: nn.add %{{.+}}, %[[E]]
// CHECK: nn.add %{{.+}}, %[[E]]
// MERGED: nn.constant dense<0.000000e+00> : tensor<2xf32>
// MERGED-NOT: dense<0.000000e+00> : tensor<2xf32>
func.func @biases(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %b = nn.constant dense<0.0> : tensor<2xf32> loc("b")
  %c = nn.constant dense<0.0> : tensor<2xf32> loc("c")
  %e = nn.constant {nn.from_attribute} dense<1.0e-5> : tensor<f32> loc("first")
  %f = nn.constant {nn.from_attribute} dense<1.0e-5> : tensor<f32> loc("second")
  %0 = nn.add %x, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %1 = nn.add %0, %c : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %2 = nn.add %1, %e : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %3 = nn.add %2, %f : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  return %3 : tensor<2x2xf32>
}
