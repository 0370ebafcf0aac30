// RUN: tacit-opt %s -nn-infer-shapes | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x?x8xf32>
// CHECK-SAME: -> tensor<?x?x2x4xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.reshape %[[X]] : tensor<?x?x8xf32> to tensor<?x?x2x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @main(%x: tensor<?x?x8xf32> {nn.dims = ["batch", "seq", ""], nn.name = "x"}) -> tensor<?x?x?x4xf32> {
  %shape = nn.shape_of %x : (tensor<?x?x8xf32>) -> tensor<3xi64>
  %leading = nn.slice %shape [0] to [2] step [1] : (tensor<3xi64>) -> tensor<2xi64>
  %heads = nn.constant dense<[-1, 4]> : tensor<2xi64>
  %target = nn.concat %leading, %heads axis = 0 : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
  %0 = nn.dynamic_reshape %x, %target : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x?x4xf32>
  return %0 : tensor<?x?x?x4xf32>
}

// A known entry of a shape that is free elsewhere, by way of floats: half of 8.
// CHECK-LABEL: func.func @half(
// CHECK-NEXT: %[[Y:.+]] = nn.slice %{{.+}} [0, 4] to [9223372036854775807, 8] step [1, 1] : (tensor<?x8xf32>) -> tensor<?x4xf32>
// CHECK-NEXT: return %[[Y]] : tensor<?x4xf32>
func.func @half(%x: tensor<?x8xf32>) -> tensor<?x?xf32> {
  %shape = nn.shape_of %x : (tensor<?x8xf32>) -> tensor<2xi64>
  %last = nn.slice %shape [1] to [2] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %float = nn.cast %last : tensor<1xi64> to tensor<1xf32>
  %two = nn.constant dense<2.0> : tensor<1xf32>
  %quotient = nn.div %float, %two : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %start = nn.cast %quotient : tensor<1xf32> to tensor<1xi64>
  %end = nn.constant dense<9223372036854775807> : tensor<1xi64>
  %step = nn.constant dense<1> : tensor<1xi64>
  %0 = nn.dynamic_slice %x, %start, %end, %step axes = [1] : (tensor<?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// PyTorch's Expand: where an entry is -1 the dimension stays. No size is -1.
// CHECK-LABEL: func.func @expand(
// CHECK-NEXT: %[[Y:.+]] = nn.expand %{{.+}} : tensor<?x1xf32> to tensor<?x4xf32>
// CHECK-NEXT: return %[[Y]] : tensor<?x4xf32>
func.func @expand(%x: tensor<?x1xf32>) -> tensor<?x?xf32> {
  %shape = nn.shape_of %x : (tensor<?x1xf32>) -> tensor<2xi64>
  %rows = nn.slice %shape [0] to [1] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %four = nn.constant dense<4> : tensor<1xi64>
  %minus_one = nn.constant dense<-1> : tensor<1xi64>
  %one = nn.constant dense<1> : tensor<1xi64>
  %target = nn.concat %rows, %four axis = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %stays = nn.compare eq %target, %minus_one : (tensor<2xi64>, tensor<1xi64>) -> tensor<2xi1>
  %sizes = nn.where %stays, %one, %target : (tensor<2xi1>, tensor<1xi64>, tensor<2xi64>) -> tensor<2xi64>
  %0 = nn.dynamic_expand %x, %sizes : (tensor<?x1xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A shape that is an input stays, and so does everything else.
// CHECK-LABEL: func.func @values(
// CHECK-NEXT: nn.shape_of
// CHECK-NEXT: nn.dynamic_reshape
// CHECK-NEXT: nn.dynamic_reshape
func.func @values(%x: tensor<?xf32>, %s: tensor<1xi64>) -> (tensor<?xf32>, tensor<?xf32>) {
  %shape = nn.shape_of %x : (tensor<?xf32>) -> tensor<1xi64>
  %0 = nn.dynamic_reshape %x, %shape : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  %1 = nn.dynamic_reshape %x, %s : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// A slice that is padded to the size that it already has.
// CHECK-LABEL: func.func @enough(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x?xf32>
// CHECK-NEXT: return %[[X]]
func.func @enough(%x: tensor<?x?xf32> {nn.dims = ["rows", "seq"], nn.name = "x"}, %y: tensor<?xf32> {nn.dims = ["seq"], nn.name = "y"}) -> tensor<?x?xf32> {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %shape = nn.shape_of %x : (tensor<?x?xf32>) -> tensor<2xi64>
  %rows = nn.slice %shape [0] to [1] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %columns = nn.slice %shape [1] to [2] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %wanted = nn.shape_of %y : (tensor<?xf32>) -> tensor<1xi64>
  %missing = nn.sub %wanted, %columns : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %target = nn.concat %rows, %missing axis = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %rest = nn.dynamic_expand %zero, %target : (tensor<f32>, tensor<2xi64>) -> tensor<?x?xf32>
  %0 = nn.concat %x, %rest axis = 1 : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// What is missing to a multiple of 4, as Swin has it: sizes and their remainders.
// CHECK-LABEL: func.func @multiple(
// CHECK: %[[Y:.+]] = nn.concat %{{.+}}, %{{.+}} axis = 0 : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: nn.dynamic_reshape %[[Y]], %{{.+}} -> tensor<?x4xf32>
func.func @multiple(%x: tensor<?xf32> {nn.dims = ["width"], nn.name = "x"}) -> tensor<?x?xf32> {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %four = nn.constant dense<4> : tensor<1xi64>
  %shape = nn.shape_of %x : (tensor<?xf32>) -> tensor<1xi64>
  %beyond = nn.mod %shape, %four : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %rest = nn.sub %four, %beyond : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %missing = nn.mod %rest, %four : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %border = nn.dynamic_expand %zero, %missing : (tensor<f32>, tensor<1xi64>) -> tensor<?xf32>
  %0 = nn.concat %x, %border axis = 0 : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %target = nn.constant dense<[-1, 4]> : tensor<2xi64>
  %1 = nn.dynamic_reshape %0, %target : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

// That the two sizes are one is for the run to check: the reshape, and its shape, stay.
// CHECK-LABEL: func.func @checked(
// CHECK: nn.dynamic_reshape
func.func @checked(%x: tensor<?xf32> {nn.dims = ["rows"], nn.name = "x"}, %y: tensor<?xf32> {nn.dims = ["others"], nn.name = "y"}) -> tensor<?xf32> {
  %shape = nn.shape_of %y : (tensor<?xf32>) -> tensor<1xi64>
  %0 = nn.dynamic_reshape %x, %shape : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// Heads that share keys, as the function of ONNX's Attention has it: the remainder of a
// free size by another.
// CHECK-LABEL: func.func @groups(
// CHECK-SAME: -> tensor<?x?x4xf32>
func.func @groups(%q: tensor<?x4xf32> {nn.dims = ["heads", ""], nn.name = "q"}, %k: tensor<?x4xf32> {nn.dims = ["groups", ""], nn.name = "k"}) -> tensor<?x?x?xf32> {
  %zero = nn.constant dense<0> : tensor<1xi64>
  %one = nn.constant dense<1> : tensor<1xi64>
  %q_shape = nn.shape_of %q : (tensor<?x4xf32>) -> tensor<2xi64>
  %heads = nn.slice %q_shape [0] to [1] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %k_shape = nn.shape_of %k : (tensor<?x4xf32>) -> tensor<2xi64>
  %groups = nn.slice %k_shape [0] to [1] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %features = nn.slice %k_shape [1] to [2] step [1] : (tensor<2xi64>) -> tensor<1xi64>
  %rest = nn.mod %heads, %groups : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %divides = nn.compare eq %rest, %zero : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %quotient = nn.div %heads, %groups : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %shared = nn.where %divides, %quotient, %one : (tensor<1xi1>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %target = nn.concat %groups, %shared, %features axis = 0 : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %column = nn.reshape %k : tensor<?x4xf32> to tensor<?x1x4xf32>
  %0 = nn.dynamic_expand %column, %target : (tensor<?x1x4xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  return %0 : tensor<?x?x?xf32>
}
