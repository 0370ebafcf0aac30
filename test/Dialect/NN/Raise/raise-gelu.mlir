// RUN: tacit-opt %s -nn-raise-gelu | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @gelu_tanh(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.gelu tanh %[[X]] : tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_tanh(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %three = nn.constant dense<3.0> : tensor<f32>
  %c = nn.constant dense<0.044715> : tensor<f32>
  %s = nn.constant dense<0.797884583> : tensor<f32>
  %0 = nn.mul %x, %half : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = nn.pow %x, %three : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %2 = nn.mul %1, %c : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %3 = nn.add %x, %2 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %4 = nn.mul %3, %s : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %5 = nn.tanh %4 : tensor<2x8xf32>
  %6 = nn.add %5, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %y = nn.mul %0, %6 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// x (1 + erf(x / 1.4142135)) with the half last; x itself is a sum, which stays.
// CHECK-LABEL: func.func @gelu_erf(
// CHECK-NEXT: %[[X:.+]] = nn.add
// CHECK-NEXT: %[[Y:.+]] = nn.gelu erf %[[X]] : tensor<?x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_erf(%a: tensor<?x8xf32>, %b: tensor<8xf32>) -> tensor<?x8xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<1xf32>
  %c = nn.constant dense<1.4142135> : tensor<f32>
  %x = nn.add %a, %b : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %0 = nn.div %x, %c : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %1 = nn.erf %0 : tensor<?x8xf32>
  %2 = nn.add %one, %1 : (tensor<1xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = nn.mul %x, %2 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = nn.mul %half, %3 : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// x^3 as products, the factor of x taken out, constants multiplied out, a negation,
// x - (-x T) over 2. The cube is read elsewhere too and stays.
// CHECK-LABEL: func.func @multiplied_out(
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>
// CHECK-NEXT: %[[SQUARE:.+]] = nn.mul %[[X]], %[[X]]
// CHECK-NEXT: %[[CUBE:.+]] = nn.mul %[[SQUARE]], %[[X]]
// CHECK-NEXT: %[[Y:.+]] = nn.gelu tanh %[[X]] : tensor<4xf32>
// CHECK-NEXT: return %[[Y]], %[[CUBE]]
func.func @multiplied_out(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %two = nn.constant dense<2.0> : tensor<f32>
  %a = nn.constant dense<0.7978846> : tensor<f32>
  %b = nn.constant dense<0.035677408> : tensor<f32>
  %0 = nn.mul %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.mul %0, %b : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.add %a, %2 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = nn.mul %3, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = nn.tanh %4 : tensor<4xf32>
  %6 = nn.neg %5 : tensor<4xf32>
  %7 = nn.mul %6, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %8 = nn.sub %x, %7 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = nn.div %8, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %y, %1 : tensor<4xf32>, tensor<4xf32>
}

// The same function by way of sigmoid, in half precision.
// CHECK-LABEL: func.func @by_sigmoid(
// CHECK-SAME: %[[X:.+]]: tensor<4xf16>
// CHECK-NEXT: %[[Y:.+]] = nn.gelu tanh %[[X]] : tensor<4xf16>
// CHECK-NEXT: return %[[Y]]
func.func @by_sigmoid(%x: tensor<4xf16>) -> tensor<4xf16> {
  %three = nn.constant dense<3> : tensor<i64>
  %a = nn.constant dense<1.5957691> : tensor<f16>
  %b = nn.constant dense<0.0713548> : tensor<f16>
  %0 = nn.pow %x, %three : (tensor<4xf16>, tensor<i64>) -> tensor<4xf16>
  %1 = nn.mul %0, %b : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %2 = nn.mul %x, %a : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %3 = nn.add %1, %2 : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  %4 = nn.sigmoid %3 : tensor<4xf16>
  %y = nn.mul %4, %x : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  return %y : tensor<4xf16>
}

// A constant with more dimensions than x gives the result another shape.
// CHECK-LABEL: func.func @reshaping(
// CHECK-NOT: nn.gelu
func.func @reshaping(%x: tensor<4xf32>) -> tensor<1x4xf32> {
  %half = nn.constant dense<0.5> : tensor<1x1xf32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %c = nn.constant dense<0.70710677> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.erf %0 : tensor<4xf32>
  %2 = nn.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.mul %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = nn.mul %3, %half : (tensor<4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// CLIP's: a definition of its own, in either order of the factors.
// CHECK-LABEL: func.func @sigmoid(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.gelu sigmoid %[[X]] : tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @sigmoid(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %c = nn.constant dense<1.702> : tensor<f32>
  %0 = nn.mul %c, %x : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = nn.sigmoid %0 : tensor<2x8xf32>
  %y = nn.mul %1, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// A factor that is farther away makes it a Swish, which nn-raise-silu recognises.
// CHECK-LABEL: func.func @gate(
// CHECK-NOT: nn.gelu
func.func @gate(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %c = nn.constant dense<1.75> : tensor<f32>
  %0 = nn.mul %c, %x : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = nn.sigmoid %0 : tensor<2x8xf32>
  %y = nn.mul %1, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// Constants of a model that was half precision once, in a file of f32: they are those of the
// file, to the last bit.
// CHECK-LABEL: func.func @rounded(
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>
// CHECK: nn.gelu erf %[[X]] {scale = 0.7071823{{[0-9]*}} : f64}
// CHECK: nn.gelu sigmoid %[[X]] {scale = 1.7021484375{{0*}} : f64}
func.func @rounded(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %half = nn.constant dense<0.5> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %root = nn.constant dense<1.4140625> : tensor<f32>
  %factor = nn.constant dense<1.7021484375> : tensor<f32>
  %0 = nn.div %x, %root : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.erf %0 : tensor<4xf32>
  %2 = nn.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = nn.mul %3, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = nn.mul %x, %factor : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %5 = nn.sigmoid %4 : tensor<4xf32>
  %z = nn.mul %x, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// Constants that were shortened stay those of the file: 0.797885 or 0.8 for sqrt(2/pi), 0.0447
// for 0.044715, 1.4142 for sqrt(2), 1.7 for 1.702.
// CHECK-LABEL: func.func @shortened(
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>
// CHECK-DAG: nn.gelu tanh %[[X]] {cubic = 0.04470000{{[0-9]+}} : f64, scale = 0.79788500{{[0-9]+}} : f64} :
// CHECK-DAG: nn.gelu erf %[[X]] {scale = 0.707113{{[0-9]+}} : f64} :
// CHECK-DAG: nn.gelu sigmoid %[[X]] {scale = 1.7000000{{[0-9]+}} : f64} :
// CHECK-DAG: nn.gelu tanh %[[X]] {cubic = 0.044714998{{[0-9]+}} : f64, scale = 0.800000{{[0-9]+}} : f64} :
func.func @shortened(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %half = nn.constant dense<0.5> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %root = nn.constant dense<1.4142> : tensor<f32>
  %factor = nn.constant dense<1.7> : tensor<f32>
  %s = nn.constant dense<0.797885> : tensor<f32>
  %twice = nn.constant dense<1.6> : tensor<f32>
  %c = nn.constant dense<0.0447> : tensor<f32>
  %d = nn.constant dense<0.044715> : tensor<f32>
  %h = nn.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %square = nn.mul %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %cube = nn.mul %square, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %0 = nn.mul %cube, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.add %x, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.mul %1, %s : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = nn.tanh %2 : tensor<4xf32>
  %4 = nn.add %3, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %a = nn.mul %h, %4 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = nn.div %x, %root : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %6 = nn.erf %5 : tensor<4xf32>
  %7 = nn.add %6, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %b = nn.mul %h, %7 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %8 = nn.mul %x, %factor : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %9 = nn.sigmoid %8 : tensor<4xf32>
  %e = nn.mul %x, %9 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %10 = nn.mul %cube, %d : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %11 = nn.add %x, %10 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %12 = nn.mul %11, %twice : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %13 = nn.sigmoid %12 : tensor<4xf32>
  %f = nn.mul %x, %13 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %a, %b, %e, %f : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CLIP's, with its sigmoid written out.
// CHECK-LABEL: func.func @written_out(
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>
// CHECK: nn.gelu sigmoid %[[X]] :
func.func @written_out(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = nn.constant dense<1.0> : tensor<f32>
  %c = nn.constant dense<-1.702> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.exp %0 : tensor<4xf32>
  %2 = nn.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = nn.div %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
