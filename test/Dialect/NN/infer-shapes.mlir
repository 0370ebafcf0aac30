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
