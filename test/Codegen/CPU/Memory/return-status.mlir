// RUN: tacit-opt %s -cpu-return-status -split-input-file | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK: module attributes {cpu.value_checks = ["x is not below 10"]} {
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %{{.+}}: memref<0xi8>, %[[X:.+]]: memref<1xi64>) -> i64 {
// CHECK: %[[OK:.+]] = arith.cmpi ule
// CHECK-NOT: cf.assert
// CHECK-DAG: %[[NONE:.+]] = arith.constant 0 : i64
// CHECK-DAG: %[[FIRST:.+]] = arith.constant 1 : i64
// CHECK: %[[STATUS:.+]] = arith.select %[[OK]], %[[NONE]], %[[FIRST]]
// CHECK: return %[[STATUS]] : i64
module {
  func.func @main(%weights: memref<0xi8>, %arena: memref<0xi8>, %x: memref<1xi64>) {
    %c0 = arith.constant 0 : index
    %c9_i64 = arith.constant 9 : i64
    %0 = memref.load %x[%c0] : memref<1xi64>
    %ok = arith.cmpi ule, %0, %c9_i64 : i64
    cf.assert %ok, "x is not below 10"
    return
  }
}

// -----

// The first that does not hold counts. What sizes decide stays, and so do the sizes that
// @main returns to the next pass.
// CHECK: module attributes {cpu.value_checks = ["first", "second"]} {
// CHECK: %[[SIZE:.+]] = arith.cmpi sge, %[[N:.+]], %{{.+}} : index
// CHECK: cf.assert %[[SIZE]], "n is not positive"
// CHECK-NOT: cf.assert
// CHECK: %[[LATER:.+]] = arith.select %[[B:.+]], %{{.+}}, %{{.+}} : i64
// CHECK: %[[STATUS:.+]] = arith.select %[[A:.+]], %[[LATER]], %{{.+}} : i64
// CHECK: return %[[N]], %[[STATUS]] : index, i64
module {
  func.func @main(%weights: memref<0xi8>, %arena: memref<1xi8>, %x: memref<1xi1>, %n: index) -> index {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %positive = arith.cmpi sge, %n, %c1 : index
    cf.assert %positive, "n is not positive"
    %a = memref.load %x[%c0] : memref<1xi1>
    cf.assert %a, "first"
    %b = memref.load %x[%c0] : memref<1xi1>
    cf.assert %b, "second"
    return %n : index
  }
}

// -----

// A program without any returns what it did.
// CHECK-NOT: cpu.value_checks
// CHECK: func.func @main(%{{.+}}: memref<0xi8>, %{{.+}}: memref<0xi8>) {
module {
  func.func @main(%weights: memref<0xi8>, %arena: memref<0xi8>) {
    return
  }
}
