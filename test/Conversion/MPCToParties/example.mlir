// RUN: tacit-opt %s -convert-mpc-to-parties | FileCheck %s

// The example of the pass's documentation: each party negates its share, and nobody else has
// anything to do.

!s = !mpc.share<2, width = 64, fraction = 16>

// CHECK-LABEL: func.func @party(
// CHECK-SAME: %{{.+}}: tensor<i64>, %[[X:.+]]: tensor<2xi64>) -> tensor<2xi64>
// CHECK: %[[Y:.+]] = linalg.generic {{.*}} ins(%[[X]] : tensor<2xi64>)
// CHECK: arith.subi
// CHECK: return %[[Y]]
// CHECK: func.func @dealer() {
// CHECK-NEXT: return
// CHECK: func.func @client() {
// CHECK-NEXT: return
// CHECK: func.func @server() {
// CHECK-NEXT: return
// CHECK: func.func @result() {
// CHECK-NEXT: return
func.func @main(%x: !s) -> !s {
  %y = mpc.neg %x : !s
  return %y : !s
}
