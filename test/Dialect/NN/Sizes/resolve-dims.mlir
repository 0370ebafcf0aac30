// RUN: tacit-opt %s -split-input-file -nn-resolve-dims | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x8xf32> {{.*}}, %[[Y:[^:]+]]: tensor<?x8xf32>
// CHECK: %[[ROWS:.+]] = tensor.dim %[[X]]
// CHECK: %[[MORE:.+]] = tensor.dim %[[Y]]
// CHECK: %[[SUM:.+]] = arith.addi %[[ROWS]], %[[MORE]]
// CHECK: %[[A:.+]] = nn.sized %[[X]][%[[ROWS]]] : tensor<?x8xf32>
// CHECK: %[[B:.+]] = nn.sized %[[Y]][%[[MORE]]] : tensor<?x8xf32>
// CHECK: %[[C:.+]] = nn.concat %[[A]], %[[B]]
// CHECK: %[[D:.+]] = nn.sized %[[C]][%[[SUM]]]
// CHECK: return %[[D]]
func.func @main(%x: tensor<?x8xf32> {nn.dims = ["rows", ""], nn.name = "x"}, %y: tensor<?x8xf32> {nn.dims = ["more", ""], nn.name = "y"}) -> tensor<?x8xf32> {
  %0 = nn.concat %x, %y axis = 0 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// One dimension for all arguments that have its name; a position table that must be
// long enough, and is cut to just that.
// CHECK-LABEL: func.func @positions(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x8xf32> {{.*}}, %[[Y:[^:]+]]: tensor<?x8xf32>
// CHECK: %[[SEQ:.+]] = tensor.dim %[[X]]
// CHECK-NOT: tensor.dim
// CHECK: %[[OK:.+]] = arith.cmpi sle, %[[SEQ]], %{{.+}} : index
// CHECK: cf.assert %[[OK]], "expected seq to be at most 16 at nn.add"
// CHECK: nn.sized %[[Y]][%[[SEQ]]]
// CHECK: %[[CUT:.+]] = nn.dynamic_slice
// CHECK-NEXT: nn.sized %[[CUT]][%[[SEQ]]]
func.func @positions(%x: tensor<?x8xf32> {nn.dims = ["seq", ""], nn.name = "x"}, %y: tensor<?x8xf32> {nn.dims = ["seq", ""], nn.name = "y"}) -> tensor<?x8xf32> {
  %table = nn.constant dense<1.0> : tensor<16x8xf32>
  %shape = nn.shape_of %x : (tensor<?x8xf32>) -> tensor<2xi64>
  %length = nn.slice %shape [0] to [1] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %start = nn.constant dense<0> : tensor<1xi64>
  %step = nn.constant dense<1> : tensor<1xi64>
  %cut = nn.dynamic_slice %table, %start, %length, %step axes = [0] : (tensor<16x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x8xf32>
  %0 = nn.add %x, %cut : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = nn.add %0, %y : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// Names may be sums of names. Sizes that must be equal are the same from then on.
// CHECK-LABEL: func.func @mask(
// CHECK-SAME: %[[M:[^:]+]]: tensor<?xf32> {{.*}}, %[[P:[^:]+]]: tensor<?xf32> {{.*}}, %[[S:[^:]+]]: tensor<?xf32>
// CHECK: %[[TOTAL:.+]] = tensor.dim %[[M]]
// CHECK: %[[PAST:.+]] = tensor.dim %[[P]]
// CHECK: %[[SEQ:.+]] = tensor.dim %[[S]]
// CHECK: %[[SUM:.+]] = arith.addi %[[PAST]], %[[SEQ]]
// CHECK: %[[OK:.+]] = arith.cmpi eq, %[[TOTAL]], %[[SUM]]
// CHECK: cf.assert %[[OK]], "expected 'past + seq' to be past + seq, as the names of the inputs say"
// CHECK: nn.sized %[[M]][%[[SUM]]]
func.func @mask(%m: tensor<?xf32> {nn.dims = ["past + seq"], nn.name = "m"}, %p: tensor<?xf32> {nn.dims = ["past"], nn.name = "p"}, %s: tensor<?xf32> {nn.dims = ["seq"], nn.name = "s"}) -> tensor<?xf32> {
  %0 = nn.concat %p, %s axis = 0 : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %1 = nn.add %0, %m : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}

// -----

// Nothing is known of two names: they may broadcast. In a product they may not.
// CHECK-LABEL: func.func @open(
// CHECK: cf.assert %{{.+}}, "expected b to be k at nn.matmul"
// CHECK: cf.assert %{{.+}}, "expected a and b to be equal, or one of them to be 1 at nn.add"
// CHECK: %[[SIZE:.+]] = arith.select
// CHECK: nn.add
// CHECK-NEXT: nn.sized %{{.+}}[%[[SIZE]]]
func.func @open(%x: tensor<?xf32> {nn.dims = ["a"], nn.name = "x"}, %y: tensor<?xf32> {nn.dims = ["b"], nn.name = "y"}, %z: tensor<?x4xf32> {nn.dims = ["k", ""], nn.name = "z"}) -> (tensor<?xf32>, tensor<4xf32>) {
  %0 = nn.add %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %1 = nn.matmul %y, %z : (tensor<?xf32>, tensor<?x4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<?xf32>, tensor<4xf32>
}

// -----

// Shape arithmetic that something else reads becomes numbers.
// CHECK-LABEL: func.func @numbers(
// CHECK: %[[SEQ:.+]] = tensor.dim
// CHECK: %[[TWICE:.+]] = arith.muli %[[SEQ]]
// CHECK: %[[NUMBER:.+]] = arith.index_cast %[[TWICE]] : index to i64
// CHECK: %[[LIST:.+]] = tensor.from_elements %[[NUMBER]] : tensor<1xi64>
// CHECK-NOT: nn.shape_of
// CHECK: return %[[LIST]]
func.func @numbers(%x: tensor<?xf32> {nn.dims = ["seq"], nn.name = "x"}) -> tensor<1xi64> {
  %shape = nn.shape_of %x : (tensor<?xf32>) -> tensor<1xi64>
  %twice = nn.add %shape, %shape : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  return %twice : tensor<1xi64>
}

// -----

// A slice of one element is there to be repeated: its dimension has at least one.
// CHECK-LABEL: func.func @first(
// CHECK: %[[N:.+]] = tensor.dim
// CHECK: %[[LEAST:.+]] = arith.minsi
// CHECK: %[[OK:.+]] = arith.cmpi eq, %[[LEAST]],
// CHECK: cf.assert %[[OK]], "expected min(n, 1) to be 1 at nn.sub"
// CHECK: nn.dynamic_slice {{.*}} -> tensor<1xf32>
// CHECK: %[[Y:.+]] = nn.sub
// CHECK-NEXT: nn.sized %[[Y]][%[[N]]]
func.func @first(%x: tensor<?xf32> {nn.dims = ["n"], nn.name = "x"}) -> tensor<?xf32> {
  %zero = nn.constant dense<0> : tensor<1xi64>
  %one = nn.constant dense<1> : tensor<1xi64>
  %first = nn.dynamic_slice %x, %zero, %one, %one axes = [0] : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  %0 = nn.sub %x, %first : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// Positions that are counted must be ones of their table, a condition of sizes alone; the
// same of numbers that are asserted to lie in a range.
// CHECK-LABEL: func.func @counted(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?xf32>
// CHECK: %[[N:.+]] = tensor.dim %[[X]]
// CHECK: cf.assert %{{.+}}, "expected n to be at most 3 at nn.gather"
// CHECK: cf.assert %{{.+}}, "expected n to be at most 2 at nn.assert_range"
// CHECK-NOT: = nn.assert_range
func.func @counted(%x: tensor<?xf32> {nn.dims = ["n"], nn.name = "x"}) -> (tensor<?xf32>, tensor<1xi64>) {
  %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %none = nn.constant dense<0> : tensor<i64>
  %two = nn.constant dense<2> : tensor<i64>
  %zero = nn.constant dense<0> : tensor<1xi64>
  %one = nn.constant dense<1> : tensor<1xi64>
  %shape = nn.shape_of %x : (tensor<?xf32>) -> tensor<1xi64>
  %places = nn.range %zero, %shape, %one : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xi64>
  %0 = nn.gather %table, %places axis = 0 : (tensor<3xf32>, tensor<?xi64>) -> tensor<?xf32>
  %1 = nn.assert_range %shape from %none to %two, "n is too large" : (tensor<1xi64>, tensor<i64>, tensor<i64>) -> tensor<1xi64>
  return %0, %1 : tensor<?xf32>, tensor<1xi64>
}

// -----

// A condition that would be a line of minima names what it follows from instead.
// CHECK-LABEL: func.func @long(
// CHECK: "expected the size that follows from batch_size, past_sequence_length, total_sequence_length to be batch_size at nn.dynamic_reshape"
func.func @long(%a: tensor<?xf32> {nn.dims = ["past_sequence_length"], nn.name = "a"}, %b: tensor<?xf32> {nn.dims = ["total_sequence_length"], nn.name = "b"}, %c: tensor<?xf32> {nn.dims = ["batch_size"], nn.name = "c"}) -> tensor<?xf32> {
  %0 = nn.shape_of %a : (tensor<?xf32>) -> tensor<1xi64>
  %1 = nn.shape_of %b : (tensor<?xf32>) -> tensor<1xi64>
  %2 = nn.shape_of %c : (tensor<?xf32>) -> tensor<1xi64>
  %3 = nn.minimum %0, %1 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %4 = nn.maximum %3, %2 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %5 = nn.mul %4, %4 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %6 = nn.dynamic_reshape %c, %5 : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %6 : tensor<?xf32>
}
