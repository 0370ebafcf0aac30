// RUN: tacit-opt %s -mpc-expand > %t
// RUN: %python %inputs/mpc.py error gelu_erf=-2.5,2.5,0.01 gelu_tanh=-2,2,4e-4 gelu_puma=-4,4,2e-4 gelu_bolt=-4,4,4e-5 gelu_bumblebee=-6,6,2e-4 gelu_nimbus=-4,4,2e-5 gelu_quad=-4,4,1e-5 < %t
// RUN: %python %inputs/mpc.py bytes gelu_erf=313600 gelu_tanh=313600 gelu_puma=473600 gelu_bumblebee=473600 gelu_bolt=467200 gelu_nimbus=300800 gelu_quad=6400 < %t
// RUN: not %python %inputs/mpc.py error gelu_erf=-3,3,0.01 < %t
// RUN: tacit-opt %s -mpc-expand=recipe=crypten-bounded > %t.bounded
// RUN: %python %inputs/mpc.py error gelu_erf=-12,12,0.016 gelu_tanh=-2,2,4e-4 gelu_bolt=-4,4,4e-5 < %t.bounded
// RUN: %python %inputs/mpc.py bytes gelu_erf=608000 gelu_tanh=608000 gelu_bolt=467200 < %t.bounded

// 400 numbers each. The series of eight terms costs 784 bytes a number, and is within
// 0.01 of GELU up to 2.5; the tanh form means the same function here. Beyond it parts
// with GELU quickly, unless it is bounded: 736 bytes more, and right everywhere, to 0.016
// where the series ends. The others are compared with their own polynomials: 1184 bytes
// where there are three bounds and powers up to 6.

func.func @gelu_erf(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.gelu erf %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @gelu_tanh(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.gelu tanh %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @gelu_puma(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.gelu puma %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @gelu_bolt(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.gelu bolt %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @gelu_bumblebee(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.gelu bumblebee %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @gelu_nimbus(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.gelu nimbus %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @gelu_quad(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.gelu quad %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}
