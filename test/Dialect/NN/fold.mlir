// RUN: tacit-opt %s -canonicalize | FileCheck %s

// Exporters compute shapes with ordinary nodes; nothing of it may be left once the
// dimensions are known.

// CHECK-LABEL: func.func @integers(
// CHECK-DAG: %[[ADD:.+]] = nn.constant dense<[11, 22]> : tensor<2xi64>
// CHECK-DAG: %[[SUB:.+]] = nn.constant dense<[9, 18]> : tensor<2xi64>
// CHECK-DAG: %[[MUL:.+]] = nn.constant dense<[10, 40]> : tensor<2xi64>
// CHECK-DAG: %[[DIV:.+]] = nn.constant dense<[-3, 3]> : tensor<2xi64>
// CHECK-DAG: %[[MAX:.+]] = nn.constant dense<[10, 20]> : tensor<2xi64>
// CHECK-DAG: %[[MIN:.+]] = nn.constant dense<[1, 2]> : tensor<2xi64>
// CHECK: return %[[ADD]], %[[SUB]], %[[MUL]], %[[DIV]], %[[MAX]], %[[MIN]]
func.func @integers() -> (tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) {
  %a = nn.constant dense<[10, 20]> : tensor<2xi64>
  %b = nn.constant dense<[1, 2]> : tensor<2xi64>
  %c = nn.constant dense<[-7, 7]> : tensor<2xi64>
  %d = nn.constant dense<2> : tensor<i64>
  %0 = nn.add %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %1 = nn.sub %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %2 = nn.mul %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %3 = nn.div %c, %d : (tensor<2xi64>, tensor<i64>) -> tensor<2xi64>
  %4 = nn.maximum %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %5 = nn.minimum %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %0, %1, %2, %3, %4, %5 : tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>
}

// What wraps around in the compiled code wraps here; what is undefined stays.
// CHECK-LABEL: func.func @edges(
// CHECK-DAG: %[[I32:.+]] = nn.constant dense<-2147483648> : tensor<i32>
// CHECK-DAG: %[[I64:.+]] = nn.constant dense<-9223372036854775808> : tensor<i64>
// CHECK: %[[ZERO:.+]] = nn.div
// CHECK: %[[MINIMUM:.+]] = nn.div
// CHECK: return %[[I32]], %[[I64]], %[[ZERO]], %[[MINIMUM]]
func.func @edges() -> (tensor<i32>, tensor<i64>, tensor<i64>, tensor<i64>) {
  %a = nn.constant dense<2147483647> : tensor<i32>
  %one32 = nn.constant dense<1> : tensor<i32>
  %b = nn.constant dense<9223372036854775807> : tensor<i64>
  %one = nn.constant dense<1> : tensor<i64>
  %zero = nn.constant dense<0> : tensor<i64>
  %minus = nn.constant dense<-1> : tensor<i64>
  %0 = nn.add %a, %one32 : (tensor<i32>, tensor<i32>) -> tensor<i32>
  %1 = nn.add %b, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %2 = nn.div %one, %zero : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %3 = nn.div %1, %minus : (tensor<i64>, tensor<i64>) -> tensor<i64>
  return %0, %1, %2, %3 : tensor<i32>, tensor<i64>, tensor<i64>, tensor<i64>
}

// CHECK-LABEL: func.func @floats(
// CHECK-DAG: %[[ADD:.+]] = nn.constant dense<[1.500000e+00, 2.500000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[DIV:.+]] = nn.constant dense<[2.000000e+00, 4.000000e+00]> : tensor<2xf32>
// CHECK: return %[[ADD]], %[[DIV]]
func.func @floats() -> (tensor<2xf32>, tensor<2xf32>) {
  %a = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = nn.constant dense<0.5> : tensor<f32>
  %0 = nn.add %a, %b : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = nn.div %a, %b : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// A causal mask as exporters build it: positions compared, cast, chosen from.
// CHECK-LABEL: func.func @mask(
// CHECK-DAG: %[[LE:.+]] = nn.constant dense<{{\[\[}}true, false], [true, true]]> : tensor<2x2xi1>
// CHECK-DAG: %[[GT:.+]] = nn.constant dense<{{\[\[}}0, 1], [0, 0]]> : tensor<2x2xi64>
// CHECK-DAG: %[[FLOAT:.+]] = nn.constant dense<{{\[\[}}0.000000e+00, 1.000000e+00], [0.000000e+00, 0.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[WHERE:.+]] = nn.constant dense<{{\[\[}}0.000000e+00, -1.000000e+04], [0.000000e+00, 0.000000e+00]]> : tensor<2x2xf32>
// CHECK: return %[[LE]], %[[GT]], %[[FLOAT]], %[[WHERE]]
func.func @mask() -> (tensor<2x2xi1>, tensor<2x2xi64>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %zero = nn.constant dense<0> : tensor<i64>
  %one = nn.constant dense<1> : tensor<i64>
  %two = nn.constant dense<2> : tensor<i64>
  %keep = nn.constant dense<0.0> : tensor<f32>
  %drop = nn.constant dense<-1.0e+04> : tensor<f32>
  %columns = nn.range %zero, %two, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<2xi64>
  %rows = nn.reshape %columns : tensor<2xi64> to tensor<2x1xi64>
  %0 = nn.compare le %columns, %rows : (tensor<2xi64>, tensor<2x1xi64>) -> tensor<2x2xi1>
  %1 = nn.compare gt %columns, %rows : (tensor<2xi64>, tensor<2x1xi64>) -> tensor<2x2xi1>
  %2 = nn.cast %1 : tensor<2x2xi1> to tensor<2x2xi64>
  %3 = nn.cast %2 : tensor<2x2xi64> to tensor<2x2xf32>
  %4 = nn.cast %2 : tensor<2x2xi64> to tensor<2x2xi1>
  %5 = nn.where %4, %drop, %keep : (tensor<2x2xi1>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  return %0, %2, %3, %5 : tensor<2x2xi1>, tensor<2x2xi64>, tensor<2x2xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func.func @predicates(
// CHECK-DAG: %[[EQ:.+]] = nn.constant dense<[false, true, false]>
// CHECK-DAG: %[[LT:.+]] = nn.constant dense<[true, false, false]>
// CHECK-DAG: %[[GE:.+]] = nn.constant dense<[false, true, true]>
// CHECK: return %[[EQ]], %[[LT]], %[[GE]]
func.func @predicates() -> (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) {
  %a = nn.constant dense<[-1, 0, 1]> : tensor<3xi64>
  %b = nn.constant dense<0> : tensor<i64>
  %0 = nn.compare eq %a, %b : (tensor<3xi64>, tensor<i64>) -> tensor<3xi1>
  %1 = nn.compare lt %a, %b : (tensor<3xi64>, tensor<i64>) -> tensor<3xi1>
  %2 = nn.compare ge %a, %b : (tensor<3xi64>, tensor<i64>) -> tensor<3xi1>
  return %0, %1, %2 : tensor<3xi1>, tensor<3xi1>, tensor<3xi1>
}

// One known dimension of a shape whose others are free; a free one stays.
// CHECK-LABEL: func.func @dimensions(
// CHECK-SAME: %[[X:.+]]: tensor<?x3x5xf32>
// CHECK-DAG: %[[LAST:.+]] = nn.constant dense<[5, 3]> : tensor<2xi64>
// CHECK-DAG: %[[SHAPE:.+]] = nn.shape_of %[[X]]
// CHECK-DAG: %[[FIRST:.+]] = nn.gather %[[SHAPE]]
// CHECK: return %[[LAST]], %[[FIRST]]
func.func @dimensions(%x: tensor<?x3x5xf32>) -> (tensor<2xi64>, tensor<i64>) {
  %i = nn.constant dense<[-1, 1]> : tensor<2xi64>
  %j = nn.constant dense<0> : tensor<i64>
  %0 = nn.shape_of %x : (tensor<?x3x5xf32>) -> tensor<3xi64>
  %1 = nn.gather %0, %i axis = 0 : (tensor<3xi64>, tensor<2xi64>) -> tensor<2xi64>
  %2 = nn.gather %0, %j axis = 0 : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  return %1, %2 : tensor<2xi64>, tensor<i64>
}

// CHECK-LABEL: func.func @movement(
// CHECK-DAG: %[[SHAPE:.+]] = nn.constant dense<[2, 3]> : tensor<2xi64>
// CHECK-DAG: %[[GATHER:.+]] = nn.constant dense<{{\[\[}}3, 1], [6, 4]]> : tensor<2x2xi64>
// CHECK-DAG: %[[SLICE:.+]] = nn.constant dense<{{\[\[}}6, 4]]> : tensor<1x2xi64>
// CHECK-DAG: %[[CONCAT:.+]] = nn.constant dense<{{\[\[}}1, 2, 3, 6, 4], [4, 5, 6, 6, 4]]> : tensor<2x5xi64>
// CHECK-DAG: %[[TURNED:.+]] = nn.constant dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi64>
// CHECK: return %[[SHAPE]], %[[GATHER]], %[[SLICE]], %[[CONCAT]], %[[TURNED]]
func.func @movement(%x: tensor<2x3xf32>) -> (tensor<2xi64>, tensor<2x2xi64>, tensor<1x2xi64>, tensor<2x5xi64>, tensor<3x2xi64>) {
  %a = nn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %i = nn.constant dense<[2, -3]> : tensor<2xi64>
  %0 = nn.shape_of %x : (tensor<2x3xf32>) -> tensor<2xi64>
  %1 = nn.gather %a, %i axis = 1 : (tensor<2x3xi64>, tensor<2xi64>) -> tensor<2x2xi64>
  %2 = nn.slice %a [1, 2] to [2, -1] step [1, -2] : (tensor<2x3xi64>) -> tensor<1x2xi64>
  %3 = nn.expand %2 : tensor<1x2xi64> to tensor<2x2xi64>
  %4 = nn.concat %a, %3 axis = 1 : (tensor<2x3xi64>, tensor<2x2xi64>) -> tensor<2x5xi64>
  %5 = nn.transpose %a [1, 0] : (tensor<2x3xi64>) -> tensor<3x2xi64>
  return %0, %1, %2, %4, %5 : tensor<2xi64>, tensor<2x2xi64>, tensor<1x2xi64>, tensor<2x5xi64>, tensor<3x2xi64>
}

// Movements compose and cancel.
// CHECK-LABEL: func.func @composed(
// CHECK-SAME: %[[X:.+]]: tensor<2x3x4xf32>
// CHECK-NEXT: %[[T:.+]] = nn.transpose %[[X]] [2, 0, 1]
// CHECK-NEXT: %[[R:.+]] = nn.reshape %[[X]] : tensor<2x3x4xf32> to tensor<4x6xf32>
// CHECK-NEXT: return %[[T]], %[[X]], %[[R]], %[[X]], %[[X]]
func.func @composed(%x: tensor<2x3x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<4x6xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) {
  %0 = nn.transpose %x [0, 2, 1] : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %1 = nn.transpose %0 [1, 0, 2] : (tensor<2x4x3xf32>) -> tensor<4x2x3xf32>
  %2 = nn.transpose %0 [0, 2, 1] : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  %3 = nn.reshape %x : tensor<2x3x4xf32> to tensor<24xf32>
  %4 = nn.reshape %3 : tensor<24xf32> to tensor<4x6xf32>
  %5 = nn.reshape %4 : tensor<4x6xf32> to tensor<2x3x4xf32>
  %6 = nn.slice %x [0, 0, 0] to [2, 3, 4] step [1, 1, 1] : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %1, %2, %4, %5, %6 : tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<4x6xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>
}

// A weight in another shape is the same blob; an index out of range is left for the
// run to refuse; a constant too large to fold stays computed.
// CHECK-LABEL: func.func @left(
// CHECK-DAG: %[[W:.+]] = nn.constant dense_resource<w> : tensor<2x2xf32>
// CHECK-DAG: %[[GATHER:.+]] = nn.gather
// CHECK-DAG: %[[LARGE:.+]] = nn.expand %{{.+}} : tensor<i64> to tensor<1048577xi64>
// CHECK: return %[[W]], %[[GATHER]], %[[LARGE]]
func.func @left() -> (tensor<2x2xf32>, tensor<i64>, tensor<1048577xi64>) {
  %w = nn.constant dense_resource<w> : tensor<4xf32>
  %a = nn.constant dense<[1, 2]> : tensor<2xi64>
  %i = nn.constant dense<2> : tensor<i64>
  %0 = nn.reshape %w : tensor<4xf32> to tensor<2x2xf32>
  %1 = nn.gather %a, %i axis = 0 : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %2 = nn.expand %i : tensor<i64> to tensor<1048577xi64>
  return %0, %1, %2 : tensor<2x2xf32>, tensor<i64>, tensor<1048577xi64>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803f000000400000404000008040"
    }
  }
#-}
