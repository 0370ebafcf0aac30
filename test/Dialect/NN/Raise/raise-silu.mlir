// RUN: tacit-opt %s -nn-normalize -nn-raise-silu | FileCheck %s
// RUN: tacit-opt %s -nn-normalize -nn-raise-silu --remarks-filter=raise 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @silu(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.silu %[[X]] : tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] silu | Category:raise | Function=silu
func.func @silu(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.sigmoid %x : tensor<2x8xf32>
  %y = nn.mul %x, %0 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// Twice the half, and the other order.
// CHECK-LABEL: func.func @spelled_out(
// CHECK-SAME: %[[X:.+]]: tensor<?x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.silu %[[X]] : tensor<?x8xf32>
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] silu | Category:raise | Function=spelled_out
func.func @spelled_out(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %0 = nn.sigmoid %x : tensor<?x8xf32>
  %1 = nn.div %x, %half : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %2 = nn.mul %0, %half : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %y = nn.mul %2, %1 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The sigmoid is written out: x / (1 + exp(-x)), and as a gate of its own.
// CHECK-LABEL: func.func @written_out(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-DAG: %[[Y:.+]] = nn.silu %[[X]]
// CHECK-DAG: %[[S:.+]] = nn.sigmoid %[[X]]
// CHECK: return %[[Y]], %[[S]]
func.func @written_out(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>) {
  %one = nn.constant dense<1.0> : tensor<f32>
  %n = nn.neg %x : tensor<2x8xf32>
  %e = nn.exp %n : tensor<2x8xf32>
  %d = nn.add %one, %e : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %y = nn.div %x, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = nn.reciprocal %d : tensor<2x8xf32>
  return %y, %s : tensor<2x8xf32>, tensor<2x8xf32>
}

// A Swish with a factor of its own.
// REMARK: [Passed] silu | Category:raise | Function=swish | Remark="x * sigmoid(1.5 x)"
// CHECK-LABEL: func.func @swish(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.silu %[[X]] {beta = 1.500000e+00 : f64} : tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @swish(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %c = nn.constant dense<1.5> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = nn.sigmoid %0 : tensor<2x8xf32>
  %y = nn.mul %x, %1 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// With a negative factor it is another function.
// REMARK: [Missed] silu | Category:raise | Function=falling | Reason="the argument is -2 x; expected a positive factor"
// CHECK-LABEL: func.func @falling(
// CHECK-NOT: nn.silu
func.func @falling(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %c = nn.constant dense<-2.0> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = nn.sigmoid %0 : tensor<2x8xf32>
  %y = nn.mul %x, %1 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// A gate is not a near miss: no remark is emitted.
// REMARK-NOT: remark
// CHECK-LABEL: func.func @gate(
// CHECK-NOT: nn.silu
func.func @gate(%x: tensor<2x8xf32>, %z: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.sigmoid %x : tensor<2x8xf32>
  %y = nn.mul %z, %0 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}
