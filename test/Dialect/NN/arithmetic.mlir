// RUN: tacit-opt %s | tacit-opt | FileCheck %s
// RUN: tacit-opt %s -mlir-print-op-generic | tacit-opt | FileCheck %s

// How products are computed and weights of few bits, printed as they are documented.

// A parameter at its default is not printed.
// CHECK-LABEL: func.func @multipliers(
func.func @multipliers(%x: tensor<2x4xf32>, %w: tensor<4x3xf32>, %b: tensor<3xf32>) {
  // CHECK-NEXT: nn.linear %{{.+}}, %{{.+}} multiplier(<lmul>) :
  %0 = nn.linear %x, %w multiplier(<lmul, mantissa = 23>) : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: nn.linear %{{.+}}, %{{.+}} bias(%{{.+}}) multiplier(<lmul, mantissa = 4, zero = lift>) :
  %1 = nn.linear %x, %w bias(%b) multiplier(<lmul, mantissa = 4, zero = lift>) : (tensor<2x4xf32>, tensor<4x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: nn.linear %{{.+}}, %{{.+}} multiplier(<shift_add, terms = 2, overflow = ignore>) :
  %2 = nn.linear %x, %w multiplier(<shift_add, terms = 2, overflow = ignore>) : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: nn.matmul %{{.+}}, %{{.+}} multiplier(<pam, alpha = 1.000000e+00 : f32>) :
  %3 = nn.matmul %x, %w multiplier(<pam, alpha = 1.0 : f32>) : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: nn.attention %{{.+}}, %{{.+}}, %{{.+}} scale = 5.000000e-01 multiplier(<pam, zero = ignore>) :
  %4 = nn.attention %x, %x, %x scale = 0.5 multiplier(<pam, zero = ignore>) : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK-NEXT: nn.matmul %{{.+}}, %{{.+}} multiplier(<exact>) :
  %5 = nn.matmul %x, %w multiplier(<exact>) : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  return
}

// Groups of 8, the last one padded.
// CHECK-LABEL: func.func @weights(
func.func @weights(%s: tensor<2x5xf32>, %z: tensor<2x5xi8>, %p8: tensor<2x8x5xi8>,
                   %p4: tensor<2x4x5xi8>, %low: tensor<2x2x2x5xi8>, %high: tensor<2x2x5xi8>,
                   %codes: tensor<3x4x5xi8>) {
  // CHECK-NEXT: nn.dequantize bits = 8 scale(%{{.+}}) planes(%{{.+}}) :
  %0 = nn.dequantize bits = 8 scale(%s) planes(%p8) : (tensor<2x5xf32>, tensor<2x8x5xi8>) -> tensor<16x5xf32>
  // CHECK-NEXT: nn.dequantize bits = 4 scale(%{{.+}}) zero_point(%{{.+}}) planes(%{{.+}}) :
  %1 = nn.dequantize bits = 4 scale(%s) zero_point(%z) planes(%p4) : (tensor<2x5xf32>, tensor<2x5xi8>, tensor<2x4x5xi8>) -> tensor<16x5xf32>
  // CHECK-NEXT: nn.dequantize bits = 6 scale(%{{.+}}) planes(%{{.+}}, %{{.+}}) :
  %2 = nn.dequantize bits = 6 scale(%s) planes(%low, %high) : (tensor<2x5xf32>, tensor<2x2x2x5xi8>, tensor<2x2x5xi8>) -> tensor<9x5xf32>
  // CHECK-NEXT: nn.powers_of_two %{{.+}} : tensor<3x4x5xi8> to tensor<4x5xf32>
  %3 = nn.powers_of_two %codes : tensor<3x4x5xi8> to tensor<4x5xf32>
  return
}
