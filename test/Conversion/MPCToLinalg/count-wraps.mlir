// RUN: tacit-opt %s -convert-mpc-to-linalg=count-wraps -split-input-file -verify-diagnostics | FileCheck %s

// A square is computed once more on doubles and compared with the ends of the ring; the
// sum of all such is one more result, also of the interface.
// CHECK: name = "wraps", type = tensor<i64>
// CHECK-LABEL: func.func @main(
// CHECK-SAME: -> (tensor<2x4xf32> {nn.name = "y"}, tensor<i64> {nn.name = "wraps"})
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]
// CHECK: arith.sitofp
// CHECK: %[[LIMIT:.+]] = arith.constant 9.2233720368547758E+18 : f64
// CHECK: arith.cmpf oge, %{{.+}}, %[[LIMIT]] : f64
// CHECK: %[[TOTAL:.+]] = linalg.generic {{.*}} outs(%{{.+}} : tensor<i64>)
// CHECK: return %{{.+}}, %{{.+}} : tensor<2x4xf32>, tensor<i64>
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<2x4xf32>>],
    outputs = [<name = "y", type = tensor<2x4xf32>>]>} {
  func.func @main(%x: tensor<2x4xf32> {nn.name = "x"}) -> (tensor<2x4xf32> {nn.name = "y"}) {
    %0 = mpc.share %x from client : tensor<2x4xf32> to !mpc.share<2x4, width = 64, fraction = 18>
    %1 = mpc.square %0 : !mpc.share<2x4, width = 64, fraction = 18> to !mpc.share<2x4, width = 64, fraction = 36>
    %y = mpc.reveal %1 to client : !mpc.share<2x4, width = 64, fraction = 36> -> tensor<2x4xf32>
    return %y : tensor<2x4xf32>
  }
}

// -----

// Only the model's function has somebody to ask for the count.
// expected-error @below {{expected a function @main with one block: the model}}
module {
  func.func @other(%x: tensor<2xf32>) -> tensor<2xf32> {
    return %x : tensor<2xf32>
  }
}
