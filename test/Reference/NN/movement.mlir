// Movement of elements.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}8 functions

// A border of one value, and one cut off.
func.func @pad(%x: tensor<2x3xf32> {test.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>})
    -> (tensor<3x3xf32> {test.expected = dense<[[2.0, 3.0, 9.0], [5.0, 6.0, 9.0], [9.0, 9.0, 9.0]]> : tensor<3x3xf32>}) {
  %9 = nn.constant dense<9.0> : tensor<f32>
  %0 = nn.pad %x, %9 low = [0, -1] high = [1, 1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x3xf32>
  return %0 : tensor<3x3xf32>
}

func.func @slice(%x: tensor<5xi64> {test.value = dense<[0, 1, 2, 3, 4]> : tensor<5xi64>})
    -> (tensor<2xi64> {test.expected = dense<[1, 3]> : tensor<2xi64>},
        tensor<5xi64> {test.expected = dense<[4, 3, 2, 1, 0]> : tensor<5xi64>}) {
  %0 = nn.slice %x [1] to [4] step [2] : (tensor<5xi64>) -> tensor<2xi64>
  %1 = nn.slice %x [4] to [-1] step [-1] : (tensor<5xi64>) -> tensor<5xi64>
  return %0, %1 : tensor<2xi64>, tensor<5xi64>
}

func.func @concat(%x: tensor<2x1xf32> {test.value = dense<[[1.0], [2.0]]> : tensor<2x1xf32>},
                  %y: tensor<2x2xf32> {test.value = dense<[[3.0, 4.0], [5.0, 6.0]]> : tensor<2x2xf32>})
    -> (tensor<2x3xf32> {test.expected = dense<[[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]> : tensor<2x3xf32>}) {
  %0 = nn.concat %x, %y axis = 1 : (tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

func.func @reshape(%x: tensor<2x3xi64> {test.value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>})
    -> (tensor<3x2xi64> {test.expected = dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi64>}) {
  %0 = nn.reshape %x : tensor<2x3xi64> to tensor<3x2xi64>
  return %0 : tensor<3x2xi64>
}

func.func @transpose(%x: tensor<2x1x3xi64> {test.value = dense<[[[1, 2, 3]], [[4, 5, 6]]]> : tensor<2x1x3xi64>})
    -> (tensor<3x2x1xi64> {test.expected = dense<[[[1], [4]], [[2], [5]], [[3], [6]]]> : tensor<3x2x1xi64>}) {
  %0 = nn.transpose %x [2, 0, 1] : (tensor<2x1x3xi64>) -> tensor<3x2x1xi64>
  return %0 : tensor<3x2x1xi64>
}

func.func @expand(%x: tensor<2x1xi64> {test.value = dense<[[1], [2]]> : tensor<2x1xi64>})
    -> (tensor<2x2x2xi64> {test.expected = dense<[[[1, 1], [2, 2]], [[1, 1], [2, 2]]]> : tensor<2x2x2xi64>}) {
  %0 = nn.expand %x : tensor<2x1xi64> to tensor<2x2x2xi64>
  return %0 : tensor<2x2x2xi64>
}

// Bounds, shapes and sizes that are computed; compiled code knows them beforehand.
func.func @computed(%x: tensor<?x3xi64> {test.value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>},
                    %shape: tensor<2xi64> {test.value = dense<[0, -1]> : tensor<2xi64>},
                    %wide: tensor<3xi64> {test.value = dense<[2, 1, 3]> : tensor<3xi64>},
                    %starts: tensor<2xi64> {test.value = dense<[-1, 9]> : tensor<2xi64>},
                    %ends: tensor<2xi64> {test.value = dense<[9, -9]> : tensor<2xi64>},
                    %steps: tensor<2xi64> {test.value = dense<[1, -2]> : tensor<2xi64>})
    -> (tensor<?x?xi64> {test.expected = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>},
        tensor<?x?x?xi64> {test.expected = dense<[[[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]]> : tensor<2x2x3xi64>},
        tensor<?x?xi64> {test.expected = dense<[[6, 4]]> : tensor<1x2xi64>},
        tensor<?x3xi64> {test.expected = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>},
        tensor<3x?xi64> {test.expected = dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi64>})
    attributes {test.reference_only} {
  %0 = nn.dynamic_reshape %x, %shape : (tensor<?x3xi64>, tensor<2xi64>) -> tensor<?x?xi64>
  %1 = nn.dynamic_expand %x, %wide : (tensor<?x3xi64>, tensor<3xi64>) -> tensor<?x?x?xi64>
  %2 = nn.dynamic_slice %x, %starts, %ends, %steps axes = [0, 1]
      : (tensor<?x3xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xi64>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x3xi64>
  %3 = nn.sized %x[%rows] : tensor<?x3xi64>
  %4 = nn.reshape %3 : tensor<?x3xi64> to tensor<3x?xi64>
  return %0, %1, %2, %3, %4 : tensor<?x?xi64>, tensor<?x?x?xi64>, tensor<?x?xi64>, tensor<?x3xi64>, tensor<3x?xi64>
}

// The same where the compiler finds out.
func.func @known(%x: tensor<2x3xi64> {test.value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>})
    -> (tensor<3x2xi64> {test.expected = dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi64>},
        tensor<2x1xi64> {test.expected = dense<[[3], [6]]> : tensor<2x1xi64>}) {
  %shape = nn.constant dense<[-1, 2]> : tensor<2xi64>
  %last = nn.constant dense<-1> : tensor<1xi64>
  %far = nn.constant dense<9> : tensor<1xi64>
  %one = nn.constant dense<1> : tensor<1xi64>
  %0 = nn.dynamic_reshape %x, %shape : (tensor<2x3xi64>, tensor<2xi64>) -> tensor<3x2xi64>
  %1 = nn.dynamic_slice %x, %last, %far, %one axes = [1]
      : (tensor<2x3xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x1xi64>
  return %0, %1 : tensor<3x2xi64>, tensor<2x1xi64>
}
