// RUN: tacit-opt %s -nn-normalize -nn-raise-attention -split-input-file | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @attention(
// CHECK-SAME: %[[Q:.+]]: tensor<1x2x4x8xf32>, %[[K:.+]]: tensor<1x4x2x8xf32>, %[[V:.+]]: tensor<1x2x4x8xf32>, %[[M:.+]]: tensor<4x4xi1>
// CHECK-NEXT: %[[KEY:.+]] = nn.transpose %[[K]] [0, 2, 1, 3]
// CHECK-NEXT: %[[Y:.+]] = nn.attention %[[Q]], %[[KEY]], %[[V]] mask(%[[M]]) scale = 2.500000e-01 fill = -1.000000e+09
// CHECK-SAME: -> tensor<1x2x4x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @attention(%q: tensor<1x2x4x8xf32>, %k: tensor<1x4x2x8xf32>, %v: tensor<1x2x4x8xf32>, %m: tensor<4x4xi1>) -> tensor<1x2x4x8xf32> {
  %c = nn.constant dense<4.0> : tensor<f32>
  %fill = nn.constant dense<-1.0e+09> : tensor<f32>
  %kt = nn.transpose %k [0, 2, 3, 1] : (tensor<1x4x2x8xf32>) -> tensor<1x2x8x4xf32>
  %0 = nn.matmul %q, %kt : (tensor<1x2x4x8xf32>, tensor<1x2x8x4xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.div %0, %c : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %2 = nn.where %m, %1, %fill : (tensor<4x4xi1>, tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %3 = nn.softmax %2 axis = 3 : tensor<1x2x4x4xf32>
  %y = nn.matmul %3, %v : (tensor<1x2x4x4xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return %y : tensor<1x2x4x8xf32>
}

// -----

// A constant mask that is true where scores are replaced is inverted; the fill is
// scaled with the scores. The transposition of the key cancels.
// CHECK-LABEL: func.func @inverted_constant(
// CHECK-SAME: %[[Q:.+]]: tensor<1x2x8xf32>, %[[K:.+]]: tensor<1x2x8xf32>, %[[V:.+]]: tensor<1x2x3xf32>
// CHECK-NEXT: %[[M:.+]] = nn.constant dense<{{\[\[}}true, false], [true, true]]> : tensor<2x2xi1>
// CHECK-NEXT: nn.attention %[[Q]], %[[K]], %[[V]] mask(%[[M]]) scale = 5.000000e-01 fill = -5.000000e+03
func.func @inverted_constant(%q: tensor<1x2x8xf32>, %k: tensor<1x2x8xf32>, %v: tensor<1x2x3xf32>) -> tensor<1x2x3xf32> {
  %half = nn.constant dense<0.5> : tensor<f32>
  %fill = nn.constant dense<-1.0e+04> : tensor<f32>
  %m = nn.constant dense<[[false, true], [false, false]]> : tensor<2x2xi1>
  %kt = nn.transpose %k [0, 2, 1] : (tensor<1x2x8xf32>) -> tensor<1x8x2xf32>
  %0 = nn.matmul %q, %kt : (tensor<1x2x8xf32>, tensor<1x8x2xf32>) -> tensor<1x2x2xf32>
  %1 = nn.where %m, %fill, %0 : (tensor<2x2xi1>, tensor<f32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %2 = nn.mul %half, %1 : (tensor<f32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %3 = nn.softmax %2 axis = 2 : tensor<1x2x2xf32>
  %y = nn.matmul %3, %v : (tensor<1x2x2xf32>, tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}

// -----

// mask == 0 is true where scores are replaced: what is compared is the mask wanted.
// CHECK-LABEL: func.func @inverted_compare(
// CHECK-SAME: %[[M:[^ ]+]]: tensor<?x?xi1>) ->
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%[[M]]) scale = 1.000000e+00 fill = -1.000000e+09
func.func @inverted_compare(%q: tensor<?x4x?x8xf32>, %kt: tensor<?x4x8x?xf32>, %v: tensor<?x4x?x8xf32>, %m: tensor<?x?xi1>) -> tensor<?x4x?x8xf32> {
  %zero = nn.constant dense<0> : tensor<i64>
  %fill = nn.constant dense<-1.0e+09> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %1 = nn.cast %m : tensor<?x?xi1> to tensor<?x?xi64>
  %2 = nn.compare eq %1, %zero : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %3 = nn.cast %2 : tensor<?x?xi1> to tensor<?x?xi1>
  %4 = nn.where %3, %fill, %0 : (tensor<?x?xi1>, tensor<f32>, tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %5 = nn.softmax %4 axis = 3 : tensor<?x4x?x?xf32>
  %y = nn.matmul %5, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Nothing is known of the condition: it is inverted at run time.
// CHECK-LABEL: func.func @inverted_argument(
// CHECK-SAME: %[[C:[^ ]+]]: tensor<2x2xi1>) ->
// CHECK: %[[M:.+]] = nn.not %[[C]]
// CHECK-NEXT: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%[[M]]) scale = 1.000000e+00 fill = -1.000000e+04
func.func @inverted_argument(%q: tensor<2x8xf32>, %kt: tensor<8x2xf32>, %v: tensor<2x3xf32>, %c: tensor<2x2xi1>) -> tensor<2x3xf32> {
  %fill = nn.constant dense<-1.0e+04> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x8xf32>, tensor<8x2xf32>) -> tensor<2x2xf32>
  %1 = nn.where %c, %fill, %0 : (tensor<2x2xi1>, tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.softmax %1 axis = 1 : tensor<2x2xf32>
  %y = nn.matmul %2, %v : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Query and key are each scaled by the root of 1/4, computed in the model; the mask
// is added, and is a product itself.
// CHECK-LABEL: func.func @float_mask(
// CHECK-SAME: %[[Q:.+]]: tensor<1x2x4x8xf32>, %[[K:.+]]: tensor<1x2x4x8xf32>, %[[V:.+]]: tensor<1x2x4x8xf32>, %[[A:.+]]: tensor<1x1x1x4xf32>
// CHECK: %[[M:.+]] = nn.mul %[[A]]
// CHECK-NEXT: %[[Y:.+]] = nn.attention %[[Q]], %[[K]], %[[V]] mask(%[[M]]) scale = 2.500000e-01 :
// CHECK-NEXT: return %[[Y]]
func.func @float_mask(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x4x8xf32>, %v: tensor<1x2x4x8xf32>, %a: tensor<1x1x1x4xf32>) -> tensor<1x2x4x8xf32> {
  %quarter = nn.constant dense<0.25> : tensor<f32>
  %low = nn.constant dense<-1.0e+04> : tensor<f32>
  %c = nn.sqrt %quarter : tensor<f32>
  %m = nn.mul %a, %low : (tensor<1x1x1x4xf32>, tensor<f32>) -> tensor<1x1x1x4xf32>
  %qs = nn.mul %q, %c : (tensor<1x2x4x8xf32>, tensor<f32>) -> tensor<1x2x4x8xf32>
  %ks = nn.mul %k, %c : (tensor<1x2x4x8xf32>, tensor<f32>) -> tensor<1x2x4x8xf32>
  %kt = nn.transpose %ks [0, 1, 3, 2] : (tensor<1x2x4x8xf32>) -> tensor<1x2x8x4xf32>
  %0 = nn.matmul %qs, %kt : (tensor<1x2x4x8xf32>, tensor<1x2x8x4xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.add %m, %0 : (tensor<1x1x1x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %2 = nn.softmax %1 axis = 3 : tensor<1x2x4x4xf32>
  %y = nn.matmul %2, %v : (tensor<1x2x4x4xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return %y : tensor<1x2x4x8xf32>
}
