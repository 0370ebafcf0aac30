// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// CHECK-DAG: #[[X6:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d3, d4, d5)>
// CHECK-DAG: #[[LOW:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d2, d3, d4, d1)>
// CHECK-DAG: #[[HIGH:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d2, d3, d1)>
// CHECK-DAG: #[[SCALE:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d2, d1)>
// CHECK-DAG: #[[X2:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d2)>
// CHECK-DAG: #[[CODES:.+]] = affine_map<(d0, d1, d2, d3) -> (d3, d2, d1)>

// The product reads the packed bytes: groups, quadruples, and two loops for the four
// fields of a quadruple. Three rows of weights are not a whole group: zeros pad it.
// CHECK-LABEL: func.func @six_bits(
// CHECK-SAME: %[[X:.+]]: tensor<7x13xf32>, %[[S:.+]]: tensor<2x5xf32>, %[[L:.+]]: tensor<2x2x2x5xi8>, %[[H:.+]]: tensor<2x2x5xi8>)
// CHECK: %[[WIDE:.+]] = tensor.insert_slice %[[X]] into %{{.+}}[0, 0] [7, 13] [1, 1] : tensor<7x13xf32> into tensor<7x16xf32>
// CHECK: %[[SPLIT:.+]] = tensor.expand_shape %[[WIDE]] {{.*}} into tensor<7x2x2x2x2xf32>
// CHECK: linalg.generic {indexing_maps = [#[[X6]], #[[LOW]], #[[HIGH]], #[[SCALE]], #{{.+}}], iterator_types = ["parallel", "parallel", "reduction", "reduction", "reduction", "reduction"]}
// CHECK-SAME: ins(%[[SPLIT]], %[[L]], %[[H]], %[[S]] :
// CHECK: ^bb0(%[[A:[^ ]+]]: f32, %[[LB:[^ ]+]]: i8, %[[HB:[^ ]+]]: i8, %[[SC:[^ ]+]]: f32, %[[ACC:[^ ]+]]: f32):
// CHECK: %[[U:.+]] = arith.ori
// CHECK: %[[ZERO:.+]] = arith.constant 32 : i32
// CHECK: %[[D:.+]] = arith.subi %[[U]], %[[ZERO]]
// CHECK: %[[N:.+]] = arith.sitofp %[[D]] : i32 to f32
// CHECK: %[[W:.+]] = arith.mulf %[[N]], %[[SC]]
// CHECK: %[[P:.+]] = arith.mulf %[[A]], %[[W]]
// CHECK: arith.addf %[[ACC]], %[[P]]
func.func @six_bits(%x: tensor<7x13xf32>, %s: tensor<2x5xf32>, %l: tensor<2x2x2x5xi8>,
                    %h: tensor<2x2x5xi8>) -> tensor<7x5xf32> {
  %w = nn.dequantize bits = 6 scale(%s) planes(%l, %h) : (tensor<2x5xf32>, tensor<2x2x2x5xi8>, tensor<2x2x5xi8>) -> tensor<13x5xf32>
  %y = nn.linear %x, %w : (tensor<7x13xf32>, tensor<13x5xf32>) -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

// One loop more for the terms, which meet the same element of the input; the product
// adds bit patterns and never multiplies, except for infinities.
// CHECK-LABEL: func.func @shift_add(
// CHECK: linalg.generic {indexing_maps = [#[[X2]], #[[CODES]], #{{.+}}], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
// CHECK: arith.cmpi eq
// CHECK: %[[ADDEND:.+]] = arith.subi
// CHECK: %[[MAGNITUDE:.+]] = arith.select %{{.+}}, %{{.+}}, %[[ADDEND]] : i32
// CHECK: arith.xori %{{.+}}, %[[MAGNITUDE]] : i32
func.func @shift_add(%x: tensor<7x4xf32>, %c: tensor<3x4x5xi8>) -> tensor<7x5xf32> {
  %w = nn.powers_of_two %c : tensor<3x4x5xi8> to tensor<4x5xf32>
  %y = nn.linear %x, %w multiplier(<shift_add, terms = 3>) : (tensor<7x4xf32>, tensor<4x5xf32>) -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

// Without any policy L-Mul is one addition: both operands, less 0x3F780000.
// CHECK-LABEL: func.func @bare(
// CHECK: ^bb0(%[[A:[^ ]+]]: f32, %[[B:[^ ]+]]: f32, %[[ACC:[^ ]+]]: f32):
// CHECK-NOT: arith.mulf
// CHECK-NOT: arith.cmpi
// CHECK: %[[SUM:.+]] = arith.addi
// CHECK: %[[OFFSET:.+]] = arith.constant 1064828928 : i32
// CHECK: %[[BITS:.+]] = arith.subi %[[SUM]], %[[OFFSET]]
// CHECK: arith.addf %[[ACC]]
func.func @bare(%x: tensor<7x4xf32>, %w: tensor<4x5xf32>) -> tensor<7x5xf32> {
  %y = nn.matmul %x, %w multiplier(<lmul, zero = ignore, overflow = ignore>) : (tensor<7x4xf32>, tensor<4x5xf32>) -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

// If the user of a packed weight is not a linear layer, it becomes a tensor.
// CHECK-LABEL: func.func @elsewhere(
// CHECK: %[[W:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel", "parallel"]
// CHECK: %[[M:.+]] = tensor.collapse_shape %[[W]] {{.*}} : tensor<2x4x2x5xf32> into tensor<16x5xf32>
// CHECK: tensor.extract_slice %[[M]][0, 0] [12, 5] [1, 1]
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction", "parallel"]
func.func @elsewhere(%s: tensor<2x5xf32>, %z: tensor<2x5xi8>, %p: tensor<2x4x5xi8>,
                     %c: tensor<3x4x5xi8>) -> (tensor<12x5xf32>, tensor<4x5xf32>) {
  %w = nn.dequantize bits = 4 scale(%s) zero_point(%z) planes(%p) : (tensor<2x5xf32>, tensor<2x5xi8>, tensor<2x4x5xi8>) -> tensor<12x5xf32>
  %v = nn.powers_of_two %c : tensor<3x4x5xi8> to tensor<4x5xf32>
  return %w, %v : tensor<12x5xf32>, tensor<4x5xf32>
}

// Nothing to compute: no columns, or no rows of the input, although a group is padded.
// CHECK-LABEL: func.func @nothing(
// CHECK-NOT: tensor.insert_slice
// CHECK: return
func.func @nothing(%x: tensor<0x30xf32>, %s: tensor<2x0xf32>, %p: tensor<2x16x0xi8>,
                   %t: tensor<2x5xf32>, %q: tensor<2x16x5xi8>) -> (tensor<30x0xf32>, tensor<0x5xf32>) {
  %w = nn.dequantize bits = 8 scale(%s) planes(%p) : (tensor<2x0xf32>, tensor<2x16x0xi8>) -> tensor<30x0xf32>
  %v = nn.dequantize bits = 8 scale(%t) planes(%q) : (tensor<2x5xf32>, tensor<2x16x5xi8>) -> tensor<30x5xf32>
  %y = nn.linear %x, %v : (tensor<0x30xf32>, tensor<30x5xf32>) -> tensor<0x5xf32>
  return %w, %y : tensor<30x0xf32>, tensor<0x5xf32>
}
