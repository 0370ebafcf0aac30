// What the reference cannot evaluate is an error that names the operation and its place.

// RUN: not tacit-reference %s | FileCheck %s

// CHECK: 'nn.gather' at {{.*}}errors.mlir:[[@LINE+3]]:8: found index 3; expected one from -3 to 2
func.func @index(%x: tensor<3xf32>, %i: tensor<2xi64> {test.value = dense<[2, 3]> : tensor<2xi64>})
    -> (tensor<2xf32> {test.expected = dense<0.0> : tensor<2xf32>}) {
  %0 = nn.gather %x, %i axis = 0 : (tensor<3xf32>, tensor<2xi64>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK: 'nn.scatter_nd' at {{.*}}: found index 3; expected one from -3 to 2
func.func @update(%x: tensor<3xf32>, %i: tensor<1x1xi64> {test.value = dense<3> : tensor<1x1xi64>}, %u: tensor<1xf32>)
    -> (tensor<3xf32> {test.expected = dense<0.0> : tensor<3xf32>}) {
  %0 = nn.scatter_nd none %x, %i, %u : (tensor<3xf32>, tensor<1x1xi64>, tensor<1xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK: 'nn.assert_range' at {{.*}}: too long: found 4; expected a number from 0 to 3
func.func @asserted(%x: tensor<2xi64> {test.value = dense<[3, 4]> : tensor<2xi64>},
                    %low: tensor<i64> {test.value = dense<0> : tensor<i64>}, %high: tensor<i64> {test.value = dense<3> : tensor<i64>})
    -> (tensor<2xi64> {test.expected = dense<[3, 4]> : tensor<2xi64>}) {
  %0 = nn.assert_range %x from %low to %high, "too long" : (tensor<2xi64>, tensor<i64>, tensor<i64>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// CHECK: 'nn.add' at {{.*}}: found dimensions of 2 and 3; expected equal ones, or one of them 1
func.func @broadcast(%x: tensor<?xf32> {test.value = dense<1.0> : tensor<2xf32>},
                     %y: tensor<?xf32> {test.value = dense<1.0> : tensor<3xf32>}) -> tensor<?xf32> {
  %0 = nn.add %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK: 'nn.matmul' at {{.*}}: found 3 rows on the right; expected 2, the columns on the left
func.func @matmul(%x: tensor<1x?xf32> {test.value = dense<1.0> : tensor<1x2xf32>},
                  %y: tensor<?x1xf32> {test.value = dense<1.0> : tensor<3x1xf32>}) -> tensor<1x1xf32> {
  %0 = nn.matmul %x, %y : (tensor<1x?xf32>, tensor<?x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// CHECK: 'nn.linear' at {{.*}}: found a bias of 3xf32; expected 1xf32
func.func @bias(%x: tensor<1x1xf32>, %y: tensor<1x?xf32> {test.value = dense<1.0> : tensor<1x1xf32>},
                %b: tensor<?xf32> {test.value = dense<1.0> : tensor<3xf32>}) -> tensor<1x?xf32> {
  %0 = nn.linear %x, %y bias(%b) : (tensor<1x1xf32>, tensor<1x?xf32>, tensor<?xf32>) -> tensor<1x?xf32>
  return %0 : tensor<1x?xf32>
}

// CHECK: 'nn.dynamic_reshape' at {{.*}}: found 4 elements; expected those of a shape with 3
func.func @reshape(%x: tensor<4xf32>, %s: tensor<1xi64> {test.value = dense<3> : tensor<1xi64>}) -> tensor<?xf32> {
  %0 = nn.dynamic_reshape %x, %s : (tensor<4xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK: 'nn.dynamic_expand' at {{.*}}: found a tensor of 1000000x1000000 elements; expected at most 2^28
func.func @memory(%x: tensor<1xf32>, %s: tensor<2xi64> {test.value = dense<1000000> : tensor<2xi64>}) -> tensor<?x?xf32> {
  %0 = nn.dynamic_expand %x, %s : (tensor<1xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK: 'nn.dynamic_slice' at {{.*}}: found a step of 0
func.func @step(%x: tensor<4xf32>, %s: tensor<1xi64> {test.value = dense<0> : tensor<1xi64>}) -> tensor<?xf32> {
  %0 = nn.dynamic_slice %x, %s, %s, %s axes = [0] : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK: 'nn.range' at {{.*}}: found a range of more than 2^28 numbers
func.func @range(%n: tensor<i64> {test.value = dense<1> : tensor<i64>},
                 %m: tensor<i64> {test.value = dense<9223372036854775807> : tensor<i64>}) -> tensor<?xi64> {
  %0 = nn.range %n, %m, %n : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %0 : tensor<?xi64>
}

// CHECK: 'tensor.cast' at {{.*}}: the reference does not evaluate this operation; expected those of nn and mpc
func.func @foreign(%x: tensor<2xf32>) -> tensor<?xf32> {
  %0 = tensor.cast %x : tensor<2xf32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK: 'mpc.share' at {{.*}}: the reference cannot represent values of type !mpc.share<2, width = 128, fraction = 18>; expected tensors of numbers of 8 to 64 bits, and secrets of at most 64
func.func @wide(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = mpc.share %x from client : tensor<2xf32> to !mpc.share<2, width = 128, fraction = 18>
  %1 = mpc.reveal %0 to client : !mpc.share<2, width = 128, fraction = 18> -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK: 'func.func' at {{.*}}: found a function of 2 blocks; expected one
func.func @blocks(%x: tensor<2xf32>) -> tensor<2xf32> {
  cf.br ^end
^end:
  return %x : tensor<2xf32>
}
