// RUN: tacit-opt %s -nn-normalize -nn-raise-attention | FileCheck %s
// RUN: tacit-opt %s -nn-normalize -nn-raise-attention --remarks-filter=raise 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tacit-reference %s --compiled --pipeline='func.func(nn-normalize,nn-raise-attention)' | FileCheck %s --check-prefix=VALUES

// Raised, functions of known shapes compute the same, and so does their compiled code.
// VALUES: {{^}}4 functions

// Each of two keys is repeated for two neighbouring heads.
// CHECK-LABEL: func.func @neighbours(
// CHECK-SAME: %[[Q:.+]]: tensor<1x4x3x4xf32>, %[[K:.+]]: tensor<1x2x3x4xf32>, %[[V:.+]]: tensor<1x2x3x4xf32>, %[[M:.+]]: tensor<1x1x3x3xf32>
// CHECK-DAG: %[[MASK:.+]] = nn.reshape %[[M]] : tensor<1x1x3x3xf32> to tensor<1x1x1x3x3xf32>
// CHECK-DAG: %[[QUERY:.+]] = nn.reshape %[[Q]] : tensor<1x4x3x4xf32> to tensor<1x2x2x3x4xf32>
// CHECK-DAG: %[[KEY:.+]] = nn.reshape %[[K]] : tensor<1x2x3x4xf32> to tensor<1x2x1x3x4xf32>
// CHECK-DAG: %[[VALUE:.+]] = nn.reshape %[[V]] : tensor<1x2x3x4xf32> to tensor<1x2x1x3x4xf32>
// CHECK: %[[Y:.+]] = nn.attention %[[QUERY]], %[[KEY]], %[[VALUE]] mask(%[[MASK]]) scale = 1.000000e+00
// CHECK-NEXT: %[[R:.+]] = nn.reshape %[[Y]] : tensor<1x2x2x3x4xf32> to tensor<1x4x3x4xf32>
// CHECK-NEXT: return %[[R]]
// REMARK: Function=neighbours | Remark="scale 1, float mask, 2 heads share a key"
func.func @neighbours(%q: tensor<1x4x3x4xf32>, %k: tensor<1x2x3x4xf32>, %v: tensor<1x2x3x4xf32>, %m: tensor<1x1x3x3xf32>) -> tensor<1x4x3x4xf32> {
  %k1 = nn.reshape %k : tensor<1x2x3x4xf32> to tensor<1x2x1x3x4xf32>
  %k2 = nn.expand %k1 : tensor<1x2x1x3x4xf32> to tensor<1x2x2x3x4xf32>
  %k4 = nn.reshape %k2 : tensor<1x2x2x3x4xf32> to tensor<1x4x3x4xf32>
  %v1 = nn.reshape %v : tensor<1x2x3x4xf32> to tensor<1x2x1x3x4xf32>
  %v2 = nn.concat %v1, %v1 axis = 2 : (tensor<1x2x1x3x4xf32>, tensor<1x2x1x3x4xf32>) -> tensor<1x2x2x3x4xf32>
  %v4 = nn.reshape %v2 : tensor<1x2x2x3x4xf32> to tensor<1x4x3x4xf32>
  %kt = nn.transpose %k4 [0, 1, 3, 2] : (tensor<1x4x3x4xf32>) -> tensor<1x4x4x3xf32>
  %0 = nn.matmul %q, %kt : (tensor<1x4x3x4xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x3x3xf32>
  %1 = nn.add %0, %m : (tensor<1x4x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x4x3x3xf32>
  %2 = nn.softmax %1 axis = 3 : tensor<1x4x3x3xf32>
  %y = nn.matmul %2, %v4 : (tensor<1x4x3x3xf32>, tensor<1x4x3x4xf32>) -> tensor<1x4x3x4xf32>
  return %y : tensor<1x4x3x4xf32>
}

// The keys as a whole are repeated, before heads and positions change places.
// CHECK-LABEL: func.func @tiled(
// CHECK-DAG: nn.reshape %{{.+}} : tensor<1x4x3x4xf32> to tensor<1x2x2x3x4xf32>
// CHECK-DAG: nn.reshape %{{.+}} : tensor<1x2x3x4xf32> to tensor<1x1x2x3x4xf32>
// CHECK: nn.attention {{.*}} : (tensor<1x2x2x3x4xf32>, tensor<1x1x2x3x4xf32>, tensor<1x1x2x3x4xf32>) -> tensor<1x2x2x3x4xf32>
// REMARK: Function=tiled | Remark="scale 1, no mask, 2 heads share a key"
func.func @tiled(%q: tensor<1x4x3x4xf32>, %k: tensor<1x3x2x4xf32>, %v: tensor<1x2x3x4xf32>) -> tensor<1x4x3x4xf32> {
  %k4 = nn.concat %k, %k axis = 2 : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>) -> tensor<1x3x4x4xf32>
  %v4 = nn.concat %v, %v axis = 1 : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x4x3x4xf32>
  %kt = nn.transpose %k4 [0, 2, 3, 1] : (tensor<1x3x4x4xf32>) -> tensor<1x4x4x3xf32>
  %0 = nn.matmul %q, %kt : (tensor<1x4x3x4xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x3x3xf32>
  %1 = nn.softmax %0 axis = 3 : tensor<1x4x3x3xf32>
  %y = nn.matmul %1, %v4 : (tensor<1x4x3x3xf32>, tensor<1x4x3x4xf32>) -> tensor<1x4x3x4xf32>
  return %y : tensor<1x4x3x4xf32>
}

// One key for all heads: nothing to be split.
// CHECK-LABEL: func.func @one_key(
// CHECK-SAME: %[[Q:.+]]: tensor<1x4x3x4xf32>, %[[K:.+]]: tensor<1x1x3x4xf32>, %[[V:.+]]: tensor<1x1x3x4xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.attention %[[Q]], %[[K]], %[[V]] scale = 1.000000e+00
// CHECK-NEXT: return %[[Y]]
// REMARK: Function=one_key | Remark="scale 1, no mask, 4 heads share a key"
func.func @one_key(%q: tensor<1x4x3x4xf32>, %k: tensor<1x1x3x4xf32>, %v: tensor<1x1x3x4xf32>) -> tensor<1x4x3x4xf32> {
  %k4 = nn.expand %k : tensor<1x1x3x4xf32> to tensor<1x4x3x4xf32>
  %v4 = nn.expand %v : tensor<1x1x3x4xf32> to tensor<1x4x3x4xf32>
  %kt = nn.transpose %k4 [0, 1, 3, 2] : (tensor<1x4x3x4xf32>) -> tensor<1x4x4x3xf32>
  %0 = nn.matmul %q, %kt : (tensor<1x4x3x4xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x3x3xf32>
  %1 = nn.softmax %0 axis = 3 : tensor<1x4x3x3xf32>
  %y = nn.matmul %1, %v4 : (tensor<1x4x3x3xf32>, tensor<1x4x3x4xf32>) -> tensor<1x4x3x4xf32>
  return %y : tensor<1x4x3x4xf32>
}

// Or the product repeats it.
// CHECK-LABEL: func.func @broadcast_key(
// CHECK: nn.attention %{{.+}}, %{{.+}}, %{{.+}} scale = 1.000000e+00 : (tensor<2x3x4xf32>, tensor<1x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
func.func @broadcast_key(%q: tensor<2x3x4xf32>, %kt: tensor<1x4x3xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = nn.matmul %q, %kt : (tensor<2x3x4xf32>, tensor<1x4x3xf32>) -> tensor<2x3x3xf32>
  %1 = nn.softmax %0 axis = 2 : tensor<2x3x3xf32>
  %y = nn.matmul %1, %v : (tensor<2x3x3xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// Free dimensions.
// CHECK-LABEL: func.func @free(
// CHECK: nn.attention {{.*}} : (tensor<?x2x2x?x4xf32>, tensor<?x2x1x?x4xf32>, tensor<?x2x1x?x4xf32>) -> tensor<?x2x2x?x4xf32>
// CHECK-NEXT: nn.reshape %{{.+}} : tensor<?x2x2x?x4xf32> to tensor<?x4x?x4xf32>
// REMARK: Function=free | Remark="scale 1, no mask, 2 heads share a key"
func.func @free(%q: tensor<?x4x?x4xf32>, %k: tensor<?x2x?x4xf32>) -> tensor<?x4x?x4xf32> {
  %k1 = nn.reshape %k : tensor<?x2x?x4xf32> to tensor<?x2x1x?x4xf32>
  %k2 = nn.expand %k1 : tensor<?x2x1x?x4xf32> to tensor<?x2x2x?x4xf32>
  %k4 = nn.reshape %k2 : tensor<?x2x2x?x4xf32> to tensor<?x4x?x4xf32>
  %kt = nn.transpose %k4 [0, 1, 3, 2] : (tensor<?x4x?x4xf32>) -> tensor<?x4x4x?xf32>
  %0 = nn.matmul %q, %kt : (tensor<?x4x?x4xf32>, tensor<?x4x4x?xf32>) -> tensor<?x4x?x?xf32>
  %1 = nn.softmax %0 axis = 3 : tensor<?x4x?x?xf32>
  %y = nn.matmul %1, %k4 : (tensor<?x4x?x?xf32>, tensor<?x4x?x4xf32>) -> tensor<?x4x?x4xf32>
  return %y : tensor<?x4x?x4xf32>
}
