// Each kind of GELU, within each piece, at each break, and outside of all.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}12 functions

func.func @erf(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[-5.9195259e-09, -0.00012668497, -0.0040496941, -0.1002108, -0.15426877, 0.0, 0.14967658, 0.84134475, 1.9544997, 2.9959503, 3.4991858]> : tensor<11xf32>}) {
  %y = nn.gelu erf %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

func.func @tanh(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[-8.439649e-11, -7.0245948e-05, -0.0036373921, -0.10042842, -0.15428599, 0.0, 0.14967535, 0.84119199, 1.9545977, 2.9963626, 3.4993838]> : tensor<11xf32>}) {
  %y = nn.gelu tanh %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

func.func @sigmoid(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[-0.00022035355, -0.0044147241, -0.01807131, -0.1083378, -0.14961156, 0.0, 0.15119965, 0.84579577, 1.9356586, 2.9819287, 3.4909666]> : tensor<11xf32>}) {
  %y = nn.gelu sigmoid %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

func.func @puma(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[0.0, 0.00062663188, -0.0033692322, -0.10094937, -0.15371864, 0.0085263215, 0.15590012, 0.83297414, 1.962464, 3.0158635, 3.5]> : tensor<11xf32>}) {
  %y = nn.gelu puma %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

func.func @bumblebee(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[0.0, 0.00062663188, -0.0033692322, -0.10094937, -0.15371864, 0.0085263215, 0.15590012, 0.83297414, 1.962464, 3.0158635, 3.5]> : tensor<11xf32>}) {
  %y = nn.gelu bumblebee %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

func.func @bolt(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[0.0, 0.0, 0.0, -0.10182886, -0.15374385, 0.0016208085, 0.1481552, 0.84201773, 1.9552549, 3.0, 3.5]> : tensor<11xf32>}) {
  %y = nn.gelu bolt %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

func.func @nimbus(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[0.0, 0.0, 0.0, -0.11018949, -0.12648817, -0.0069464784, 0.084747129, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>}) {
  %y = nn.gelu nimbus %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

func.func @quad(%x: tensor<11xf32> {test.value = dense<[-6.0, -4.0, -3.0, -1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.5]> : tensor<11xf32>})
    -> (tensor<11xf32> {test.within = 1.0e-6, test.expected = dense<[3.5, 1.5, 0.875, 0.40625, 0.40625, 0.5, 0.5703125, 0.875, 1.5, 2.375, 2.90625]> : tensor<11xf32>}) {
  %y = nn.gelu quad %x : tensor<11xf32>
  return %y : tensor<11xf32>
}

// Constants of a model, in the kinds that have some, and in Swish.
func.func @own_erf(%x: tensor<5xf32> {test.value = dense<[-6.0, -1.5, 0.0, 1.0, 3.5]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.within = 1.0e-6, test.expected = dense<[-3.0001431e-09, -0.095005381, 0.0, 0.84571656, 3.4993604]> : tensor<5xf32>}) {
  %y = nn.gelu erf %x {scale = 0.72 : f64} : tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @own_tanh(%x: tensor<5xf32> {test.value = dense<[-6.0, -1.5, 0.0, 1.0, 3.5]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.within = 1.0e-6, test.expected = dense<[-7.1577411e-11, -0.099632646, 0.0, 0.84184229, 3.4994094]> : tensor<5xf32>}) {
  %y = nn.gelu tanh %x {scale = 0.8 : f64, cubic = 0.045 : f64} : tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @own_sigmoid(%x: tensor<5xf32> {test.value = dense<[-6.0, -1.5, 0.0, 1.0, 3.5]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.within = 1.0e-6, test.expected = dense<[-0.00022301362, -0.10863973, 0.0, 0.84553473, 3.4909033]> : tensor<5xf32>}) {
  %y = nn.gelu sigmoid %x {scale = 1.7 : f64} : tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @swish(%x: tensor<5xf32> {test.value = dense<[-6.0, -1.5, 0.0, 1.0, 3.5]> : tensor<5xf32>})
    -> (tensor<5xf32> {test.within = 1.0e-6, test.expected = dense<[-0.00074036746, -0.1430242, 0.0, 0.81757448, 3.4817296]> : tensor<5xf32>}) {
  %y = nn.silu %x {beta = 1.5 : f64} : tensor<5xf32>
  return %y : tensor<5xf32>
}
