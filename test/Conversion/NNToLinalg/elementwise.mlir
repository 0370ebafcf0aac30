// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-DAG: #[[ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[MIDDLE:.+]] = affine_map<(d0, d1, d2) -> (d0, 0, d2)>
// CHECK-DAG: #[[COLUMN:.+]] = affine_map<(d0, d1, d2) -> (d1, 0)>
// CHECK-DAG: #[[ALL:.+]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[NONE:.+]] = affine_map<(d0, d1, d2) -> ()>

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>)
// CHECK: %[[E:.+]] = tensor.empty() : tensor<2x8xf32>
// CHECK: %[[Y:.+]] = linalg.generic {indexing_maps = [#[[ID]], #[[ID]]], iterator_types = ["parallel", "parallel"]}
// CHECK-SAME: ins(%[[X]] : tensor<2x8xf32>) outs(%[[E]] : tensor<2x8xf32>)
// CHECK: ^bb0(%[[IN:.+]]: f32, %{{.+}}: f32):
// CHECK: %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[MAX:.+]] = arith.maximumf %[[IN]], %[[ZERO]] : f32
// CHECK: linalg.yield %[[MAX]]
// CHECK: return %[[Y]]
func.func @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.relu %x : tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// A dimension of 1 is read at 0, whatever the loop; a missing one is not read.
// CHECK-LABEL: func.func @broadcast(
// CHECK: indexing_maps = [#[[MIDDLE]], #[[COLUMN]], #[[ALL]]]
// CHECK: arith.addf
// CHECK: indexing_maps = [#[[ALL]], #[[NONE]], #[[ALL]]]
// CHECK: arith.mulf
func.func @broadcast(%x: tensor<2x1x8xf32>, %y: tensor<3x1xf32>, %s: tensor<f32>) -> tensor<2x3x8xf32> {
  %0 = nn.add %x, %y : (tensor<2x1x8xf32>, tensor<3x1xf32>) -> tensor<2x3x8xf32>
  %1 = nn.mul %0, %s : (tensor<2x3x8xf32>, tensor<f32>) -> tensor<2x3x8xf32>
  return %1 : tensor<2x3x8xf32>
}

// x/2 * (1 + erf(x / sqrt 2)): a product and a sum of their own, not fused.
// CHECK-LABEL: func.func @gelu(
// CHECK: ^bb0(%[[X:.+]]: f32, %{{.+}}: f32):
// CHECK: %[[ROOT:.+]] = arith.constant 0.707106769 : f32
// CHECK: %[[Z:.+]] = arith.mulf %[[X]], %[[ROOT]]
// CHECK: %[[ERF:.+]] = math.erf %[[Z]]
// CHECK: %[[HALF:.+]] = arith.mulf %[[X]], %
// CHECK: %[[SUM:.+]] = arith.addf %[[ERF]], %
// CHECK: arith.mulf %[[HALF]], %[[SUM]]
func.func @gelu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.gelu erf %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Exponents 2 and 1/2 need no pow, whatever their type; a computed one does.
// CHECK-LABEL: func.func @pow(
// CHECK: ^bb0(%[[X:[^ ]+]]: f32,
// CHECK: %[[SQUARE:.+]] = arith.mulf %[[X]], %[[X]] : f32
// CHECK: linalg.yield %[[SQUARE]]
// CHECK: math.sqrt %{{.+}} : f32
// CHECK: arith.muli %[[N:.+]], %[[N]] : i64
// CHECK: ^bb0(%[[BASE:[^ ]+]]: f32, %[[EXPONENT:[^ ]+]]: i64,
// CHECK: %[[FLOAT:.+]] = arith.sitofp %[[EXPONENT]] : i64 to f32
// CHECK: math.powf %[[BASE]], %[[FLOAT]]
func.func @pow(%x: tensor<4xf32>, %n: tensor<4xi64>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi64>, tensor<4xf32>) {
  %two = nn.constant dense<2> : tensor<i64>
  %half = nn.constant dense<0.5> : tensor<f32>
  %0 = nn.pow %x, %two : (tensor<4xf32>, tensor<i64>) -> tensor<4xf32>
  %1 = nn.pow %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = nn.pow %n, %two : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %3 = nn.pow %x, %n : (tensor<4xf32>, tensor<4xi64>) -> tensor<4xf32>
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xi64>, tensor<4xf32>
}

// Neither 0 nor -1 reaches the division, which would trap.
// CHECK-LABEL: func.func @divide_integers(
// CHECK: ^bb0(%[[X:[^ ]+]]: i64, %[[Y:[^ ]+]]: i64,
// CHECK-DAG: %[[ONE:.+]] = arith.constant 1 : i64
// CHECK-DAG: %[[IS_ZERO:.+]] = arith.cmpi eq, %[[Y]], %c0{{.*}} : i64
// CHECK-DAG: %[[IS_MINUS:.+]] = arith.cmpi eq, %[[Y]], %c-1{{.*}} : i64
// CHECK: %[[EITHER:.+]] = arith.ori %[[IS_ZERO]], %[[IS_MINUS]]
// CHECK: %[[SAFE:.+]] = arith.select %[[EITHER]], %[[ONE]], %[[Y]]
// CHECK: %[[QUOTIENT:.+]] = arith.divsi %[[X]], %[[SAFE]]
// CHECK: %[[MINUS_X:.+]] = arith.subi %c0{{.*}}, %[[X]]
// CHECK: arith.select %[[IS_MINUS]], %[[MINUS_X]], %[[QUOTIENT]]
func.func @divide_integers(%a: tensor<4xi64>, %b: tensor<4xi64>) -> tensor<4xi64> {
  %0 = nn.div %a, %b : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// Booleans are bytes in memory: arguments, constants and results.
// CHECK-LABEL: func.func @booleans(
// CHECK-SAME: %[[C:.+]]: tensor<4xi8>, %{{.+}}: tensor<4xf32>) -> (tensor<4xi8>, tensor<4xf32>)
// CHECK-NOT: tensor<4xi1>
// CHECK: %[[K:.+]] = arith.constant dense<[1, 0, 1, 1]> : tensor<4xi8>
// CHECK: %[[LESS:.+]] = arith.cmpf olt
// CHECK: arith.extui %[[LESS]] : i1 to i8
// CHECK: ins(%[[C]], %{{.+}}, %[[K]] : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>)
// CHECK: %[[BIT:.+]] = arith.cmpi ne, %{{.+}}, %{{.+}} : i8
// CHECK: arith.select %[[BIT]], %{{.+}}, %{{.+}} : i8
// CHECK: arith.uitofp %{{.+}} : i8 to f32
// CHECK-NOT: tensor<4xi1>
func.func @booleans(%c: tensor<4xi1>, %x: tensor<4xf32>) -> (tensor<4xi1>, tensor<4xf32>) {
  %k = nn.constant dense<[true, false, true, true]> : tensor<4xi1>
  %0 = nn.compare lt %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  %1 = nn.where %c, %0, %k : (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %2 = nn.cast %c : tensor<4xi1> to tensor<4xf32>
  return %1, %2 : tensor<4xi1>, tensor<4xf32>
}

// An unsigned number has its sign in the operation.
// CHECK-LABEL: func.func @unsigned(
// CHECK-SAME: %[[X:.+]]: tensor<4xi8>) -> (tensor<4xi8>, tensor<4xi8>, tensor<4xf32>, tensor<4xi64>)
// CHECK: %[[K:.+]] = arith.constant dense<-56> : tensor<4xi8>
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[K]] : tensor<4xi8>, tensor<4xi8>)
// CHECK: arith.maxui
// CHECK: arith.cmpi ult,
// CHECK: arith.uitofp %{{.+}} : i8 to f32
// CHECK: arith.extui %{{.+}} : i8 to i64
func.func @unsigned(%x: tensor<4xui8>) -> (tensor<4xui8>, tensor<4xi1>, tensor<4xf32>, tensor<4xi64>) {
  %k = nn.constant dense<200> : tensor<4xui8>
  %0 = nn.maximum %x, %k : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  %1 = nn.compare lt %x, %k : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
  %2 = nn.cast %x : tensor<4xui8> to tensor<4xf32>
  %3 = nn.cast %x : tensor<4xui8> to tensor<4xi64>
  return %0, %1, %2, %3 : tensor<4xui8>, tensor<4xi1>, tensor<4xf32>, tensor<4xi64>
}

// Neither 16-bit format holds the other: through 32 bits.
// CHECK-LABEL: func.func @halves(
// CHECK: %[[WIDE:.+]] = arith.extf %{{.+}} : f16 to f32
// CHECK: arith.truncf %[[WIDE]] : f32 to bf16
func.func @halves(%x: tensor<4xf16>) -> tensor<4xbf16> {
  %0 = nn.cast %x : tensor<4xf16> to tensor<4xbf16>
  return %0 : tensor<4xbf16>
}
