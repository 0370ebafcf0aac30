// RUN: tacit-opt %s -mpc-expand > %t
// RUN: %python %inputs/mpc.py error softmax_16=-8,8,6e-3 softmax_128=-8,8,2e-3 softmax_keep=-8,8,6e-3 layer_norm_row=0.5,2,1e-3 rms_norm_row=0.5,2,4e-3 < %t
// RUN: %python %inputs/mpc.py bytes softmax_16=63360 softmax_keep=63360 softmax_128=421760 layer_norm_row=68800 rms_norm_row=68800 < %t
// RUN: not %python %inputs/mpc.py error layer_norm_row=0,0.2,1e-3 < %t
// RUN: tacit-opt %s -mpc-expand=norm-scale=4 > %t.scaled
// RUN: %python %inputs/mpc.py error layer_norm_row=0,0.2,2e-3 rms_norm_row=0,0.12,4e-4 < %t.scaled
// RUN: %python %inputs/mpc.py bytes layer_norm_row=68800 rms_norm_row=68800 < %t.scaled
// RUN: tacit-opt %s -mpc-expand=recipe=crypten-bounded > %t.bounded
// RUN: %python %inputs/mpc.py error layer_norm_row=0,0.1,5e-2 rms_norm_row=0,10,1e-3 < %t.bounded
// RUN: %python %inputs/mpc.py bytes layer_norm_row=73600 rms_norm_row=73600 softmax_16=63360 < %t.bounded
// RUN: not %python %inputs/mpc.py error layer_norm_row=0,0.1,5e-2 < %t

// 20 rows each. A norm costs 48 bytes a number, and 368 a row. The initial value of
// rsqrt is one for variances from 0.1 to 150: at 0.04 it fails, unless norms are scaled,
// which costs nothing. Softmax costs 160 bytes a number and 608 a row, its maximum apart.

func.func @softmax_16(%x: !mpc.share<20x16, width = 64, fraction = 18>) -> !mpc.share<20x16, width = 64, fraction = 18> {
  %y = mpc.softmax %x axis = 1 : !mpc.share<20x16, width = 64, fraction = 18>
  return %y : !mpc.share<20x16, width = 64, fraction = 18>
}

func.func @softmax_128(%x: !mpc.share<20x128, width = 64, fraction = 18>) -> !mpc.share<20x128, width = 64, fraction = 18> {
  %y = mpc.softmax %x axis = 1 : !mpc.share<20x128, width = 64, fraction = 18>
  return %y : !mpc.share<20x128, width = 64, fraction = 18>
}

func.func @softmax_keep(%x: !mpc.share<20x16, width = 64, fraction = 18>) -> !mpc.share<20x16, width = 64, fraction = 18> {
  %mask = nn.constant dense<[1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0]> : tensor<16xf32>
  %keep = mpc.public %mask : tensor<16xf32>
  %y = mpc.softmax %x keep(%keep : tensor<16xf32>) axis = 1 : !mpc.share<20x16, width = 64, fraction = 18>
  return %y : !mpc.share<20x16, width = 64, fraction = 18>
}

func.func @layer_norm_row(%x: !mpc.share<20x64, width = 64, fraction = 18>) -> !mpc.share<20x64, width = 64, fraction = 18> {
  %y = mpc.layer_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}

func.func @rms_norm_row(%x: !mpc.share<20x64, width = 64, fraction = 18>) -> !mpc.share<20x64, width = 64, fraction = 18> {
  %y = mpc.rms_norm %x epsilon = 1.0e-05 : !mpc.share<20x64, width = 64, fraction = 18>
  return %y : !mpc.share<20x64, width = 64, fraction = 18>
}
