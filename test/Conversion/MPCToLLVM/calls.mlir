// RUN: tacit-opt %s -convert-mpc-to-llvm -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-DAG: llvm.func @tacit_party_material(i64, !llvm.ptr, i64)
// CHECK-DAG: llvm.func @tacit_party_message(i64, !llvm.ptr, !llvm.ptr, i64)
// CHECK-DAG: llvm.func @tacit_party_exchange()
// CHECK-DAG: llvm.func @tacit_dealer_deal(i64, !llvm.ptr, i64)

// The program is a list of calls, which LLVM does not optimise.
// CHECK-LABEL: func.func @party(
// CHECK-SAME: attributes {passthrough = ["noinline", "optnone"]}
func.func @party(%a: memref<4x2xi64>, %b: memref<4x2xi64>) {
  // CHECK: %[[ID:.+]] = llvm.mlir.constant(7 : i64)
  // CHECK-NOT: memref.extract_strided_metadata
  // CHECK: %[[COUNT:.+]] = llvm.mlir.constant(8 : i64)
  // CHECK: llvm.call @tacit_party_material(%[[ID]], %{{.+}}, %[[COUNT]])
  mpc.material <id = 7, origin = drawn> into %a : memref<4x2xi64>
  // One call for each message, and one for all.
  // CHECK: llvm.call @tacit_party_message(
  // CHECK: llvm.call @tacit_party_message(
  // CHECK: llvm.call @tacit_party_exchange()
  mpc.exchange ins(%a, %b : memref<4x2xi64>, memref<4x2xi64>) outs(%b, %a : memref<4x2xi64>, memref<4x2xi64>) [both, to_server]
  return
}

// Rows of a matrix follow one another; the address is that of the first.
// CHECK-LABEL: func.func @rows(
func.func @rows(%a: memref<2x8xi64, strided<[8, 1], offset: 16>>) {
  // CHECK: memref.extract_strided_metadata
  // CHECK: llvm.call @tacit_dealer_deal(
  mpc.deal %a as <id = 2, origin = dealt> : memref<2x8xi64, strided<[8, 1], offset: 16>>
  return
}

// A loop that is left makes the function worth optimising.
// CHECK-LABEL: func.func @loop(
// CHECK-NOT: optnone
// CHECK: llvm.call @tacit_dealer_draw(
func.func @loop(%a: memref<4xi64>, %b: memref<4xindex>) {
  mpc.draw <id = 3, origin = drawn> into %a : memref<4xi64>
  scf.forall (%i) in (4) {
    memref.store %i, %b[%i] : memref<4xindex>
  }
  return
}

// -----

func.func @columns(%a: memref<2x4xi64, strided<[8, 1]>>) {
  // expected-error @below {{'mpc.deal' op has an operand of type 'memref<2x4xi64, strided<[8, 1]>>'; expected words that follow one another}}
  mpc.deal %a as <id = 2, origin = dealt> : memref<2x4xi64, strided<[8, 1]>>
  return
}

// -----

func.func @unexpanded(%x: !mpc.share<2, width = 64, fraction = 16>) {
  // expected-error @below {{'mpc.neg' op is no message; expected what convert-mpc-to-parties writes}}
  %0 = mpc.neg %x : !mpc.share<2, width = 64, fraction = 16>
  return
}
