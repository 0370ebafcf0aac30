// RUN: tacit-opt %s -nn-normalize -nn-raise-attention -split-input-file | FileCheck %s
// RUN: tacit-opt %s -nn-normalize -nn-raise-attention -split-input-file --remarks-filter=raise 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tacit-reference %s --compiled --pipeline='func.func(nn-normalize,nn-raise-attention)' | FileCheck %s --check-prefix=VALUES

// Raised, functions of known shapes compute the same, and so does their compiled code.
// VALUES: {{^}}9 functions

// How GPT-2 was exported before there was Where: scores * b - 10000 * (1 - b).
// CHECK-LABEL: func.func @blend(
// CHECK: %[[M:.+]] = nn.constant dense<{{\[\[}}true, false], [true, true]]> : tensor<2x2xi1>
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%[[M]]) scale = 5.000000e-01 fill = -1.000000e+04
// REMARK: Function=blend | Remark="scale 0.5, causal mask"
func.func @blend(%q: tensor<2x4xf32>, %kt: tensor<4x2xf32>, %v: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %b = nn.constant dense<[[1.0, 0.0], [1.0, 1.0]]> : tensor<2x2xf32>
  %two = nn.constant dense<2.0> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %large = nn.constant dense<1.0e+04> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<2x2xf32>
  %1 = nn.div %0, %two : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = nn.mul %1, %b : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = nn.sub %one, %b : (tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %4 = nn.mul %3, %large : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %5 = nn.sub %2, %4 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %6 = nn.softmax %5 axis = 1 : tensor<2x2xf32>
  %y = nn.matmul %6, %v : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// The same with what is added computed by the exporter, and sliced from a larger table.
// CHECK-LABEL: func.func @blend_constant(
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%{{.+}}) scale = 1.000000e+00 fill = -1.000000e+04
// REMARK: Function=blend_constant | Remark="scale 1, causal mask"
func.func @blend_constant(%q: tensor<2x4xf32>, %kt: tensor<4x2xf32>, %v: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %b = nn.constant dense<[[1.0, 0.0], [1.0, 1.0]]> : tensor<2x2xf32>
  %f = nn.constant dense<[[0.0, -1.0e+04], [0.0, 0.0]]> : tensor<2x2xf32>
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<2x2xf32>
  %1 = nn.mul %b, %0 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.add %f, %1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = nn.softmax %2 axis = 1 : tensor<2x2xf32>
  %y = nn.matmul %3, %v : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Hugging Face's GPT-2: causal by Where, then a float mask for padding.
// CHECK-LABEL: func.func @causal_and_padding(
// CHECK-SAME: %[[P:[^ ]+]]: tensor<2x1x1x2xf32>) ->
// CHECK-DAG: %[[KEEP:.+]] = nn.constant dense<{{\[\[}}true, false], [true, true]]>
// CHECK-DAG: %[[LOW:.+]] = nn.constant dense<-3.40282347E+38> : tensor<f32>
// CHECK-DAG: %[[ZERO:.+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[CAUSAL:.+]] = nn.where %[[KEEP]], %[[ZERO]], %[[LOW]]
// CHECK: %[[M:.+]] = nn.add %[[CAUSAL]], %[[P]] : (tensor<2x2xf32>, tensor<2x1x1x2xf32>) -> tensor<2x1x2x2xf32>
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%[[M]]) scale = 1.000000e+00 :
// REMARK: Function=causal_and_padding | Remark="scale 1, causal mask"
func.func @causal_and_padding(%q: tensor<2x3x2x4xf32>, %kt: tensor<2x3x4x2xf32>, %v: tensor<2x3x2x4xf32>, %p: tensor<2x1x1x2xf32>) -> tensor<2x3x2x4xf32> {
  %keep = nn.constant dense<[[true, false], [true, true]]> : tensor<2x2xi1>
  %low = nn.constant dense<-3.40282347E+38> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x3x2x4xf32>, tensor<2x3x4x2xf32>) -> tensor<2x3x2x2xf32>
  %1 = nn.where %keep, %0, %low : (tensor<2x2xi1>, tensor<2x3x2x2xf32>, tensor<f32>) -> tensor<2x3x2x2xf32>
  %2 = nn.add %1, %p : (tensor<2x3x2x2xf32>, tensor<2x1x1x2xf32>) -> tensor<2x3x2x2xf32>
  %3 = nn.softmax %2 axis = 3 : tensor<2x3x2x2xf32>
  %y = nn.matmul %3, %v : (tensor<2x3x2x2xf32>, tensor<2x3x2x4xf32>) -> tensor<2x3x2x4xf32>
  return %y : tensor<2x3x2x4xf32>
}

// -----

// Two conditions with one fill are one.
// CHECK-LABEL: func.func @two_conditions(
// CHECK-SAME: %[[A:[^ ]+]]: tensor<2x2xi1>, %[[B:[^ ]+]]: tensor<1x2xi1>) ->
// CHECK: %[[N:.+]] = nn.not %[[B]]
// CHECK: %[[M:.+]] = nn.and %[[N]], %[[A]]
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%[[M]]) scale = 1.000000e+00 fill = -1.000000e+03
// REMARK: Function=two_conditions | Remark="scale 1, boolean mask"
func.func @two_conditions(%q: tensor<2x4xf32>, %kt: tensor<4x2xf32>, %v: tensor<2x3xf32>, %a: tensor<2x2xi1>, %b: tensor<1x2xi1>) -> tensor<2x3xf32> {
  %low = nn.constant dense<-1.0e+03> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<2x2xf32>
  %1 = nn.where %a, %0, %low : (tensor<2x2xi1>, tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = nn.where %b, %low, %1 : (tensor<1x2xi1>, tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = nn.softmax %2 axis = 1 : tensor<2x2xf32>
  %y = nn.matmul %3, %v : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// What is added before the scaling is scaled with it; what is subtracted, negated.
// CHECK-LABEL: func.func @scaled_and_subtracted(
// CHECK-SAME: %[[A:[^ ]+]]: tensor<2x2xf32>, %[[B:[^ ]+]]: tensor<1x2xf32>) ->
// CHECK-DAG: %[[HALF:.+]] = nn.constant dense<5.000000e-01> : tensor<f32>
// CHECK-DAG: %[[MINUS:.+]] = nn.constant dense<-1.000000e+00> : tensor<f32>
// CHECK-DAG: %[[M0:.+]] = nn.mul %[[A]], %[[HALF]]
// CHECK-DAG: %[[M1:.+]] = nn.mul %[[B]], %[[MINUS]]
// CHECK: %[[M:.+]] = nn.add %[[M0]], %[[M1]]
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} mask(%[[M]]) scale = 5.000000e-01 :
// REMARK: Function=scaled_and_subtracted | Remark="scale 0.5, float mask"
func.func @scaled_and_subtracted(%q: tensor<2x4xf32>, %kt: tensor<4x2xf32>, %v: tensor<2x3xf32>, %a: tensor<2x2xf32>, %b: tensor<1x2xf32>) -> tensor<2x3xf32> {
  %half = nn.constant dense<5.0e-01> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<2x2xf32>
  %1 = nn.add %a, %0 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.mul %1, %half : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %3 = nn.sub %2, %b : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
  %4 = nn.softmax %3 axis = 1 : tensor<2x2xf32>
  %y = nn.matmul %4, %v : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Megatron's: batch and heads are one dimension but for the mask, which is true where
// the key comes later.
// CHECK-LABEL: func.func @merged_heads(
// CHECK-SAME: %[[Q:.+]]: tensor<6x2x4xf32>, %[[KT:.+]]: tensor<6x4x2xf32>, %[[V:.+]]: tensor<6x2x4xf32>
// CHECK: %[[K:.+]] = nn.transpose %[[KT]] [0, 2, 1]
// CHECK-DAG: %[[Q4:.+]] = nn.reshape %[[Q]] : tensor<6x2x4xf32> to tensor<2x3x2x4xf32>
// CHECK-DAG: %[[K4:.+]] = nn.reshape %[[K]] : tensor<6x2x4xf32> to tensor<2x3x2x4xf32>
// CHECK-DAG: %[[V4:.+]] = nn.reshape %[[V]] : tensor<6x2x4xf32> to tensor<2x3x2x4xf32>
// CHECK: %[[Y:.+]] = nn.attention %[[Q4]], %[[K4]], %[[V4]] mask(%{{.+}}) scale = 5.000000e-01 fill = -1.000000e+04
// CHECK: nn.reshape %[[Y]] : tensor<2x3x2x4xf32> to tensor<6x2x4xf32>
// REMARK: Function=merged_heads | Remark="scale 0.5, causal mask"
func.func @merged_heads(%q: tensor<6x2x4xf32>, %kt: tensor<6x4x2xf32>, %v: tensor<6x2x4xf32>) -> tensor<6x2x4xf32> {
  %later = nn.constant dense<[[[[false, true], [false, false]]]]> : tensor<1x1x2x2xi1>
  %low = nn.constant dense<-1.0e+04> : tensor<f32>
  %half = nn.constant dense<5.0e-01> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<6x2x4xf32>, tensor<6x4x2xf32>) -> tensor<6x2x2xf32>
  %1 = nn.mul %0, %half : (tensor<6x2x2xf32>, tensor<f32>) -> tensor<6x2x2xf32>
  %2 = nn.reshape %1 : tensor<6x2x2xf32> to tensor<2x3x2x2xf32>
  %3 = nn.where %later, %low, %2 : (tensor<1x1x2x2xi1>, tensor<f32>, tensor<2x3x2x2xf32>) -> tensor<2x3x2x2xf32>
  %4 = nn.softmax %3 axis = 3 : tensor<2x3x2x2xf32>
  %5 = nn.reshape %4 : tensor<2x3x2x2xf32> to tensor<6x2x2xf32>
  %y = nn.matmul %5, %v : (tensor<6x2x2xf32>, tensor<6x2x4xf32>) -> tensor<6x2x4xf32>
  return %y : tensor<6x2x4xf32>
}

// -----

// Places compared in the model: three queries, the last of which is at the place of
// the last of five keys.
// REMARK: Function=compared_places | Remark="scale 1, causal mask"
func.func @compared_places(%q: tensor<3x4xf32>, %kt: tensor<4x5xf32>, %v: tensor<5x4xf32>) -> tensor<3x4xf32> {
  %keys = nn.constant dense<[[0, 1, 2, 3, 4]]> : tensor<1x5xi64>
  %queries = nn.constant dense<[2, 3, 4]> : tensor<3xi64>
  %column = nn.reshape %queries : tensor<3xi64> to tensor<3x1xi64>
  %later = nn.compare gt %keys, %column : (tensor<1x5xi64>, tensor<3x1xi64>) -> tensor<3x5xi1>
  %zero = nn.constant dense<0.0> : tensor<f32>
  %low = nn.constant dense<0xFF800000> : tensor<f32>
  %m = nn.where %later, %low, %zero : (tensor<3x5xi1>, tensor<f32>, tensor<f32>) -> tensor<3x5xf32>
  %0 = nn.matmul %q, %kt : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
  %1 = nn.add %0, %m : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  %2 = nn.softmax %1 axis = 1 : tensor<3x5xf32>
  %y = nn.matmul %2, %v : (tensor<3x5xf32>, tensor<5x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// A buffer of which the model takes the rows past to total and the columns up to total.
// REMARK: Function=sliced_table | Remark="scale 1, causal mask"
func.func @sliced_table(%q: tensor<?x4xf32>, %kt: tensor<4x?xf32>, %v: tensor<?x4xf32>, %past: tensor<1xi64>, %total: tensor<1xi64>) -> tensor<?x4xf32> {
  %one = nn.constant dense<1> : tensor<1xi64>
  %zero = nn.constant dense<0> : tensor<1xi64>
  %low = nn.constant dense<-1.0e+09> : tensor<f32>
  %t = nn.constant dense<[[true, false, false], [true, true, false], [true, true, true]]> : tensor<3x3xi1>
  %rows = nn.dynamic_slice %t, %past, %total, %one axes = [0] : (tensor<3x3xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x3xi1>
  %m = nn.dynamic_slice %rows, %zero, %total, %one axes = [1] : (tensor<?x3xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xi1>
  %0 = nn.matmul %q, %kt : (tensor<?x4xf32>, tensor<4x?xf32>) -> tensor<?x?xf32>
  %1 = nn.where %m, %0, %low : (tensor<?x?xi1>, tensor<?x?xf32>, tensor<f32>) -> tensor<?x?xf32>
  %2 = nn.softmax %1 axis = 1 : tensor<?x?xf32>
  %y = nn.matmul %2, %v : (tensor<?x?xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// The table is not triangular.
// REMARK: Function=other_table | Remark="scale 1, boolean mask"
func.func @other_table(%q: tensor<?x4xf32>, %kt: tensor<4x2xf32>, %v: tensor<2x4xf32>) -> tensor<?x4xf32> {
  %m = nn.constant dense<[[true, true], [true, false]]> : tensor<2x2xi1>
  %low = nn.constant dense<-1.0e+09> : tensor<f32>
  %0 = nn.matmul %q, %kt : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %1 = nn.where %m, %0, %low : (tensor<2x2xi1>, tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  %2 = nn.softmax %1 axis = 1 : tensor<?x2xf32>
  %y = nn.matmul %2, %v : (tensor<?x2xf32>, tensor<2x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Keras multiplies keys by queries, and exchanges the two in the scores.
// CHECK-LABEL: func.func @reverse(
// CHECK-SAME: %[[Q:.+]]: tensor<2x4xf32>, %[[K:.+]]: tensor<3x4xf32>, %[[V:.+]]: tensor<3x4xf32>
// CHECK-NEXT: nn.attention %[[Q]], %[[K]], %[[V]] scale = 1.000000e+00 :
func.func @reverse(%q: tensor<2x4xf32>, %k: tensor<3x4xf32>, %v: tensor<3x4xf32>) -> tensor<2x4xf32> {
  %qt = nn.transpose %q [1, 0] : (tensor<2x4xf32>) -> tensor<4x2xf32>
  %0 = nn.matmul %k, %qt : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
  %1 = nn.transpose %0 [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %2 = nn.softmax %1 axis = 1 : tensor<2x3xf32>
  %y = nn.matmul %2, %v : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Megatron adds nothing to the product; the mask is cut by the size of the scores.
// CHECK-LABEL: func.func @nothing_added(
// CHECK-NOT: nn.matmul
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} scale = 1.000000e+00 :
func.func @nothing_added(%q: tensor<2x4xf32>, %kt: tensor<4x3xf32>, %v: tensor<3x4xf32>) -> (tensor<2x4xf32>, tensor<2xi64>) {
  %zero = nn.constant dense<0.0> : tensor<2x3xf32>
  %0 = nn.matmul %q, %kt : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %shape = nn.shape_of %0 : (tensor<2x3xf32>) -> tensor<2xi64>
  %1 = nn.add %zero, %0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = nn.softmax %1 axis = 1 : tensor<2x3xf32>
  %y = nn.matmul %2, %v : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %y, %shape : tensor<2x4xf32>, tensor<2xi64>
}
