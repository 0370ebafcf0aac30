// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// One reduction says whether any element is outside.
// CHECK-LABEL: func.func @inside(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x4xi32>, %[[LOW:[^:]+]]: tensor<i64>, %[[HIGH:[^:]+]]: tensor<i64>
// CHECK: %[[START:.+]] = linalg.fill ins(%c0_i8 : i8)
// CHECK: %[[ANY:.+]] = linalg.generic {{.*}}iterator_types = ["reduction", "reduction"]} ins(%[[X]], %[[LOW]], %[[HIGH]]
// CHECK: ^bb0(%[[E:.+]]: i32, %[[L:.+]]: i64, %[[H:.+]]: i64, %[[SO_FAR:.+]]: i8)
// CHECK: %[[WIDE:.+]] = arith.extsi %[[E]] : i32 to i64
// CHECK: arith.cmpi slt, %[[WIDE]], %[[L]]
// CHECK: arith.cmpi sgt, %[[WIDE]], %[[H]]
// CHECK: %[[FOUND:.+]] = tensor.extract %[[ANY]][] : tensor<i8>
// CHECK: %[[OK:.+]] = arith.cmpi eq, %[[FOUND]], %{{.+}} : i8
// CHECK: cf.assert %[[OK]], "x is too large"
// CHECK: return %[[X]]
func.func @inside(%x: tensor<2x4xi32>, %low: tensor<i64>, %high: tensor<i64>) -> tensor<2x4xi32> {
  %0 = nn.assert_range %x from %low to %high, "x is too large" : (tensor<2x4xi32>, tensor<i64>, tensor<i64>) -> tensor<2x4xi32>
  return %0 : tensor<2x4xi32>
}

// Nothing lies outside of anything.
// CHECK-LABEL: func.func @empty(
// CHECK-NOT: cf.assert
func.func @empty(%x: tensor<0x4xi64>, %low: tensor<i64>, %high: tensor<i64>) -> tensor<0x4xi64> {
  %0 = nn.assert_range %x from %low to %high, "x is too large" : (tensor<0x4xi64>, tensor<i64>, tensor<i64>) -> tensor<0x4xi64>
  return %0 : tensor<0x4xi64>
}
