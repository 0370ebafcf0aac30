// RUN: tacit-opt %s -cpu-expand-half-casts | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @extend(
// CHECK-SAME: %[[X:.+]]: vector<16xbf16>)
// CHECK: %[[SHORT:.+]] = arith.bitcast %[[X]] : vector<16xbf16> to vector<16xi16>
// CHECK: %[[BITS:.+]] = arith.extui %[[SHORT]] : vector<16xi16> to vector<16xi32>
// CHECK: %[[MOVED:.+]] = arith.shli %[[BITS]], %{{.+}} : vector<16xi32>
// CHECK: %[[Y:.+]] = arith.bitcast %[[MOVED]] : vector<16xi32> to vector<16xf32>
// CHECK: return %[[Y]]
func.func @extend(%x: vector<16xbf16>) -> vector<16xf32> {
  %0 = arith.extf %x : vector<16xbf16> to vector<16xf32>
  return %0 : vector<16xf32>
}

// Scalars, by way of f32; f64 rounds once, not twice.
// CHECK-LABEL: func.func @scalars(
// CHECK-NOT: f16 to f64
// CHECK: arith.extf %{{.+}} : f32 to f64
// CHECK: arith.truncf %{{.+}} : f64 to f32
// CHECK: arith.cmpf one
// CHECK-NOT: f64 to f16
// CHECK: arith.trunci %{{.+}} : i32 to i16
// CHECK: arith.bitcast %{{.+}} : i16 to f16
func.func @scalars(%x: f16, %y: f64) -> (f64, f16) {
  %0 = arith.extf %x : f16 to f64
  %1 = arith.truncf %y : f64 to f16
  return %0, %1 : f64, f16
}

// CHECK-LABEL: func.func @integers(
// CHECK-NOT: i32 to f16
// CHECK-NOT: bf16 to i64
// CHECK: arith.sitofp %{{.+}} : vector<8xi32> to vector<8xf64>
// CHECK: arith.fptosi %{{.+}} : f32 to i64
func.func @integers(%x: vector<8xi32>, %y: bf16) -> (vector<8xf16>, i64) {
  %0 = arith.sitofp %x : vector<8xi32> to vector<8xf16>
  %1 = arith.fptosi %y : bf16 to i64
  return %0, %1 : vector<8xf16>, i64
}

// Other types, tensors and other ways of rounding are none of this pass's business.
// CHECK-LABEL: func.func @left(
// CHECK-NEXT: arith.extf %{{.+}} : f32 to f64
// CHECK-NEXT: arith.truncf %{{.+}} : tensor<4xf32> to tensor<4xf16>
// CHECK-NEXT: arith.truncf %{{.+}} toward_zero : f32 to bf16
// CHECK-NEXT: arith.sitofp %{{.+}} : i32 to f32
func.func @left(%x: f32, %t: tensor<4xf32>, %i: i32) -> (f64, tensor<4xf16>, bf16, f32) {
  %0 = arith.extf %x : f32 to f64
  %1 = arith.truncf %t : tensor<4xf32> to tensor<4xf16>
  %2 = arith.truncf %x toward_zero : f32 to bf16
  %3 = arith.sitofp %i : i32 to f32
  return %0, %1, %2, %3 : f64, tensor<4xf16>, bf16, f32
}

// RUN: tacit-opt %s -cpu-expand-half-casts=keep-f16-extension | FileCheck %s --check-prefix=KEEP

// An instruction does it; of bf16, and the other way around, none.
// KEEP-LABEL: func.func @extend(
// KEEP-NOT: arith.extf
// KEEP-LABEL: func.func @scalars(
// KEEP: %[[SINGLE:.+]] = arith.extf %{{.+}} : f16 to f32
// KEEP: arith.extf %[[SINGLE]] : f32 to f64
// KEEP-NOT: f64 to f16
// KEEP-LABEL: func.func @weights(
// KEEP-NEXT: arith.extf %{{.+}} : vector<16xf16> to vector<16xf32>
// KEEP-NEXT: return
func.func @weights(%x: vector<16xf16>) -> vector<16xf32> {
  %0 = arith.extf %x : vector<16xf16> to vector<16xf32>
  return %0 : vector<16xf32>
}
