// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// CHECK-DAG: #[[ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ROW:.+]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[COLUMN:.+]] = affine_map<(d0, d1) -> (d1)>

// The maximum of the row is taken off first: exp never overflows.
// CHECK-LABEL: func.func @softmax(
// CHECK-SAME: %[[X:.+]]: tensor<3x7xf32>)
// CHECK: %[[LOWEST:.+]] = arith.constant 0xFF800000 : f32
// CHECK: %[[START:.+]] = linalg.fill ins(%[[LOWEST]] : f32)
// CHECK: %[[MAX:.+]] = linalg.generic {indexing_maps = [#[[ID]], #[[ROW]]], iterator_types = ["parallel", "reduction"]}
// CHECK-SAME: ins(%[[X]] : tensor<3x7xf32>) outs(%[[START]] : tensor<3xf32>)
// CHECK: arith.maximumf
// CHECK: %[[EXPS:.+]] = linalg.generic {{.*}} ins(%[[X]], %[[MAX]] : tensor<3x7xf32>, tensor<3xf32>)
// CHECK: %[[D:.+]] = arith.subf
// CHECK: math.exp %[[D]]
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}} ins(%[[EXPS]] : tensor<3x7xf32>)
// CHECK: arith.addf
// CHECK: %[[Y:.+]] = linalg.generic {{.*}} ins(%[[EXPS]], %[[SUM]] : tensor<3x7xf32>, tensor<3xf32>)
// CHECK: arith.divf
// CHECK: return %[[Y]]
func.func @softmax(%x: tensor<3x7xf32>) -> tensor<3x7xf32> {
  %0 = nn.softmax %x axis = 1 : tensor<3x7xf32>
  return %0 : tensor<3x7xf32>
}

// CHECK-LABEL: func.func @softmax_of_columns(
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[COLUMN]]], iterator_types = ["reduction", "parallel"]}
func.func @softmax_of_columns(%x: tensor<3x7xf32>) -> tensor<3x7xf32> {
  %0 = nn.softmax %x axis = 0 : tensor<3x7xf32>
  return %0 : tensor<3x7xf32>
}

// The variance is the mean of squared distances from the mean.
// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.+]]: tensor<3x7xf32>, %[[SCALE:.+]]: tensor<7xf32>, %[[BIAS:.+]]: tensor<7xf32>)
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}}"reduction"]} ins(%[[X]] : tensor<3x7xf32>)
// CHECK: %[[MEAN:.+]] = linalg.generic {{.*}} ins(%[[SUM]] : tensor<3xf32>)
// CHECK: %[[N:.+]] = arith.constant 7.000000e+00 : f32
// CHECK: arith.divf %{{.+}}, %[[N]] : f32
// CHECK: %[[REST:.+]] = linalg.generic {indexing_maps = [#[[ID]], #[[ROW]], #[[ROW]]]
// CHECK-SAME: ins(%[[X]], %[[MEAN]] : tensor<3x7xf32>, tensor<3xf32>)
// CHECK: %[[D:.+]] = arith.subf
// CHECK: arith.addf %[[D]]
// CHECK: %[[SQUARES:.+]] = linalg.generic {indexing_maps = [#[[ID]], #[[ROW]], #[[ROW]]]
// CHECK-SAME: ins(%[[X]], %[[MEAN]] : tensor<3x7xf32>, tensor<3xf32>)
// CHECK: %[[D:.+]] = arith.subf
// CHECK: arith.mulf %[[D]], %[[D]]
// CHECK: %[[CORRECTION:.+]] = linalg.generic {{.*}} ins(%[[REST]] : tensor<3xf32>)
// CHECK: %[[INVERSE:.+]] = linalg.generic {{.*}} ins(%[[SQUARES]], %[[CORRECTION]] : tensor<3xf32>, tensor<3xf32>)
// CHECK: %[[SQUARE:.+]] = arith.mulf
// CHECK: %[[VARIANCE:.+]] = arith.subf %{{.+}}, %[[SQUARE]]
// CHECK: arith.maximumf %[[VARIANCE]]
// CHECK: %[[EPSILON:.+]] = arith.constant 9.99999974E-6 : f32
// CHECK: %[[SHIFTED:.+]] = arith.addf %{{.+}}, %[[EPSILON]]
// CHECK: math.sqrt %[[SHIFTED]]
// CHECK: %[[Y:.+]] = linalg.generic {indexing_maps = [#[[ID]], #[[ROW]], #[[ROW]], #[[ROW]], #[[COLUMN]], #[[COLUMN]], #[[ID]]]
// CHECK-SAME: ins(%[[X]], %[[INVERSE]], %[[MEAN]], %[[CORRECTION]], %[[SCALE]], %[[BIAS]] :
// CHECK: return %[[Y]]
func.func @layer_norm(%x: tensor<3x7xf32>, %g: tensor<7xf32>, %b: tensor<7xf32>) -> tensor<3x7xf32> {
  %0 = nn.layer_norm %x scale(%g) bias(%b) epsilon = 1.000000e-05
      : (tensor<3x7xf32>, tensor<7xf32>, tensor<7xf32>) -> tensor<3x7xf32>
  return %0 : tensor<3x7xf32>
}

// No mean is taken, and without a scale none is read.
// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME: %[[X:.+]]: tensor<3x7xf32>)
// CHECK: %[[SQUARES:.+]] = linalg.generic {{.*}}"reduction"]} ins(%[[X]] : tensor<3x7xf32>)
// CHECK: ^bb0(%[[IN:[^ ]+]]: f32, %[[SUM:[^ ]+]]: f32):
// CHECK: %[[SQUARE:.+]] = arith.mulf %[[IN]], %[[IN]]
// CHECK: arith.addf %[[SQUARE]], %[[SUM]]
// CHECK: %[[INVERSE:.+]] = linalg.generic {{.*}} ins(%[[SQUARES]] : tensor<3xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[INVERSE]] : tensor<3x7xf32>, tensor<3xf32>)
// CHECK-NOT: linalg.generic
// CHECK-NOT: arith.subf
// CHECK: return
func.func @rms_norm(%x: tensor<3x7xf32>) -> tensor<3x7xf32> {
  %0 = nn.rms_norm %x epsilon = 1.000000e-05 : (tensor<3x7xf32>) -> tensor<3x7xf32>
  return %0 : tensor<3x7xf32>
}

// CHECK-LABEL: func.func @reduce(
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}} iterator_types = ["reduction", "parallel", "reduction"]} {{.*}} outs(%{{.+}} : tensor<3xf32>)
// CHECK: arith.addf
// CHECK: %[[MEAN:.+]] = linalg.generic {{.*}} ins(%[[SUM]] : tensor<3xf32>)
// CHECK: arith.constant 8.000000e+00
// CHECK: tensor.expand_shape %[[MEAN]] {{.*}} : tensor<3xf32> into tensor<1x3x1xf32>
// CHECK: linalg.fill ins(%c-9223372036854775808_i64 : i64)
// CHECK: arith.maxsi
func.func @reduce(%x: tensor<2x3x4xf32>, %i: tensor<5xi64>) -> (tensor<1x3x1xf32>, tensor<i64>) {
  %0 = nn.reduce mean %x axes = [0, 2] keep_dims : (tensor<2x3x4xf32>) -> tensor<1x3x1xf32>
  %1 = nn.reduce max %i axes = [0] : (tensor<5xi64>) -> tensor<i64>
  return %0, %1 : tensor<1x3x1xf32>, tensor<i64>
}
