// RUN: tacit-opt %s -split-input-file -nn-check-indices | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK: %[[NEXT:.+]] = nn.add
// CHECK-DAG: %[[LOW:.+]] = nn.constant dense<-3> : tensor<i64>
// CHECK-DAG: %[[HIGH:.+]] = nn.constant dense<2> : tensor<i64>
// CHECK: %[[OK:.+]] = nn.assert_range %[[NEXT]] from %[[LOW]] to %[[HIGH]], "a lookup has an index outside of [-3, 2], the entries of its table"
// CHECK: nn.gather %{{.+}}, %[[OK]] axis = 0
func.func @main(%ids: tensor<4xi64> {nn.name = "ids"}) -> tensor<4xf32> {
  %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %next = nn.add %ids, %ids : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  %0 = nn.gather %table, %next axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// An input whose every element is an index is checked before the call; where elements are
// left out, others may be of any size.
// CHECK-LABEL: func.func @given(
// CHECK-SAME: %[[IDS:[^:]+]]: tensor<2x4xi32>, %[[PARTS:[^:]+]]: tensor<2x4xi64>
// CHECK-NOT: nn.assert_range
// CHECK: nn.slice %[[PARTS]]
// CHECK: nn.assert_range
// CHECK-NOT: nn.assert_range
func.func @given(%ids: tensor<2x4xi32>, %parts: tensor<2x4xi64>) -> (tensor<4x2xf32>, tensor<2x2xf32>) {
  %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %wide = nn.cast %ids : tensor<2x4xi32> to tensor<2x4xi64>
  %turned = nn.transpose %wide [1, 0] : (tensor<2x4xi64>) -> tensor<4x2xi64>
  %0 = nn.gather %table, %turned axis = 0 : (tensor<3xf32>, tensor<4x2xi64>) -> tensor<4x2xf32>
  %half = nn.slice %parts [0, 0] to [2, 2] step [1, 1] : (tensor<2x4xi64>) -> tensor<2x2xi64>
  %1 = nn.gather %table, %half axis = 0 : (tensor<3xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>
  return %0, %1 : tensor<4x2xf32>, tensor<2x2xf32>
}

// -----

// What arithmetic proves: a remainder, numbers that are cut off, a search, counts of a
// mask, and indices that count from the end.
// CHECK-LABEL: func.func @proved(
// CHECK-NOT: nn.assert_range
func.func @proved(%x: tensor<4xi64>, %v: tensor<4x3xf32>, %ids: tensor<4xi64>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %five = nn.constant dense<1.0> : tensor<5xf32>
  %zero = nn.constant dense<0> : tensor<i64>
  %two = nn.constant dense<2> : tensor<i64>
  %three = nn.constant dense<3> : tensor<i64>
  %rest = nn.mod %x, %three : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %0 = nn.gather %table, %rest axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  %above = nn.maximum %x, %zero : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %cut = nn.minimum %above, %two : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %1 = nn.gather %table, %cut axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  %best = nn.arg_reduce max %v axis = 1 : (tensor<4x3xf32>) -> tensor<4xi64>
  %2 = nn.gather %table, %best axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  %is = nn.compare lt %x, %three : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1>
  %mask = nn.cast %is : tensor<4xi1> to tensor<4xi64>
  %count = nn.cumsum %mask axis = 0 : tensor<4xi64>
  %3 = nn.gather %five, %count axis = 0 : (tensor<5xf32>, tensor<4xi64>) -> tensor<4xf32>
  %plain = nn.gather %table, %ids axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  %below = nn.compare lt %ids, %zero : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1>
  %up = nn.add %ids, %three : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %wrapped = nn.where %below, %up, %ids : (tensor<4xi1>, tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  %again = nn.add %wrapped, %two : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %4 = nn.gather %five, %again axis = 0 : (tensor<5xf32>, tensor<4xi64>) -> tensor<4xf32>
  return %0, %1, %2, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// One more would not do; sums of 32 bits that may wrap around prove nothing.
// CHECK-LABEL: func.func @nearly(
// CHECK: nn.cumsum
// CHECK: nn.assert_range {{.*}}[-4, 3]
// CHECK: nn.cumsum
// CHECK: nn.assert_range {{.*}}[-3, 2]
func.func @nearly(%x: tensor<4xi64>, %y: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %four = nn.constant dense<1.0> : tensor<4xf32>
  %table = nn.constant dense<1.0> : tensor<3xf32>
  %three = nn.constant dense<3> : tensor<i64>
  %large = nn.constant dense<2000000000> : tensor<i32>
  %is = nn.compare lt %x, %three : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1>
  %mask = nn.cast %is : tensor<4xi1> to tensor<4xi64>
  %count = nn.cumsum %mask axis = 0 : tensor<4xi64>
  %0 = nn.gather %four, %count axis = 0 : (tensor<4xf32>, tensor<4xi64>) -> tensor<4xf32>
  %some = nn.maximum %y, %large : (tensor<4xi32>, tensor<i32>) -> tensor<4xi32>
  %sum = nn.cumsum %some axis = 0 : tensor<4xi32>
  %1 = nn.gather %table, %sum axis = 0 : (tensor<3xf32>, tensor<4xi32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// Positions that are counted are a condition of sizes (see resolve-dims.mlir). A table of
// any size is asked for it.
// CHECK-LABEL: func.func @free(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?xf32>
// CHECK-SAME: %[[I:[^:]+]]: tensor<4xi64>
// CHECK: nn.range
// CHECK-NOT: nn.assert_range
// CHECK: %[[SHAPE:.+]] = nn.shape_of %[[X]]
// CHECK: %[[SIZE:.+]] = nn.reshape
// CHECK: %[[LOW:.+]] = nn.neg %[[SIZE]]
// CHECK: %[[HIGH:.+]] = nn.sub %[[SIZE]]
// CHECK: nn.assert_range %[[I]] from %[[LOW]] to %[[HIGH]], "a lookup has an index outside of dimension 0 of its table"
func.func @free(%x: tensor<?xf32> {nn.dims = ["n"], nn.name = "x"}, %i: tensor<4xi64> {nn.name = "i"}) -> (tensor<?xf32>, tensor<4xf32>) {
  %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %zero = nn.constant dense<0> : tensor<1xi64>
  %one = nn.constant dense<1> : tensor<1xi64>
  %shape = nn.shape_of %x : (tensor<?xf32>) -> tensor<1xi64>
  %places = nn.range %zero, %shape, %one : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xi64>
  %0 = nn.gather %table, %places axis = 0 : (tensor<3xf32>, tensor<?xi64>) -> tensor<?xf32>
  %1 = nn.gather %x, %i axis = 0 : (tensor<?xf32>, tensor<4xi64>) -> tensor<4xf32>
  return %0, %1 : tensor<?xf32>, tensor<4xf32>
}

// -----

// Each coordinate of a tuple has a dimension of its own; those that stand apart are looked
// at there.
// CHECK-LABEL: func.func @tuples(
// CHECK-SAME: %[[X:[^:]+]]: tensor<3x5xf32>, %[[I:[^:]+]]: tensor<2x2xi64>
// CHECK: %[[ROW:.+]] = nn.slice %[[I]] [0, 0] to [2, 1]
// CHECK: nn.assert_range %[[ROW]] {{.*}}[-3, 2]
// CHECK: %[[COLUMN:.+]] = nn.slice %[[I]] [0, 1] to [2, 2]
// CHECK: nn.assert_range %[[COLUMN]] {{.*}}[-5, 4]
// CHECK: nn.concat %{{.+}}, %[[PART:.+]] axis = 1
// CHECK: nn.assert_range %[[PART]] {{.*}}[-5, 4]
// CHECK-NOT: nn.assert_range
func.func @tuples(%x: tensor<3x5xf32>, %i: tensor<2x2xi64>, %u: tensor<2xf32>, %j: tensor<2x1xi64>) -> (tensor<3x5xf32>, tensor<3x5xf32>) {
  %0 = nn.scatter_nd none %x, %i, %u : (tensor<3x5xf32>, tensor<2x2xi64>, tensor<2xf32>) -> tensor<3x5xf32>
  %rows = nn.constant dense<[[0], [2]]> : tensor<2x1xi64>
  %both = nn.concat %rows, %j axis = 1 : (tensor<2x1xi64>, tensor<2x1xi64>) -> tensor<2x2xi64>
  %1 = nn.scatter_nd none %x, %both, %u : (tensor<3x5xf32>, tensor<2x2xi64>, tensor<2xf32>) -> tensor<3x5xf32>
  return %0, %1 : tensor<3x5xf32>, tensor<3x5xf32>
}

// -----

// Two tables of one size at the same places are one condition. An assertion that always
// holds goes.
// CHECK-LABEL: func.func @once(
// CHECK: %[[OK:.+]] = nn.assert_range
// CHECK: nn.gather %{{.+}}, %[[OK]]
// CHECK-NOT: nn.assert_range
// CHECK: nn.gather %{{.+}}, %[[OK]]
// CHECK-NOT: nn.assert_range
func.func @once(%x: tensor<4xi64>, %cos: tensor<3xf32>, %sin: tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi64>) {
  %zero = nn.constant dense<0> : tensor<i64>
  %three = nn.constant dense<3> : tensor<i64>
  %next = nn.add %x, %three : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %0 = nn.gather %cos, %next axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  %1 = nn.gather %sin, %next axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  %rest = nn.mod %x, %three : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %2 = nn.assert_range %rest from %zero to %three, "never" : (tensor<4xi64>, tensor<i64>, tensor<i64>) -> tensor<4xi64>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xi64>
}

// -----

// A bound that is computed may be any number of its range.
// CHECK-LABEL: func.func @bounds(
// CHECK: nn.assert_range
func.func @bounds(%x: tensor<4xi64>, %n: tensor<i64>) -> tensor<4xi64> {
  %zero = nn.constant dense<0> : tensor<i64>
  %three = nn.constant dense<3> : tensor<i64>
  %rest = nn.mod %x, %three : (tensor<4xi64>, tensor<i64>) -> tensor<4xi64>
  %most = nn.mod %n, %three : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %0 = nn.assert_range %rest from %zero to %most, "more than the last" : (tensor<4xi64>, tensor<i64>, tensor<i64>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}
