// RUN: tacit-opt %s -mpc-expand > %t
// RUN: %python %inputs/mpc.py error relu=-6,6,0 sigmoid=-6,6,1.5e-3 tanh=-6,6,3e-3 silu=-6,6,4e-3 exp=-8,0,2e-3 sigmoid_40=-6,6,2e-2 < %t
// RUN: %python %inputs/mpc.py bytes relu=147200 sigmoid=454400 tanh=454400 silu=467200 < %t
// RUN: not %python %inputs/mpc.py error sigmoid=-6,6,5e-4 < %t
// RUN: not %python %inputs/mpc.py bytes relu=147232 < %t

// 400 numbers each. A ReLU is exact and costs 368 bytes: a sign, and a product. Sigmoid
// and tanh cost 1136, silu a product more; what they lack is what exp lacks. The last
// function has the same in a ring of 40 bits, with 12 bits of fraction.

func.func @relu(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.relu %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @sigmoid(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.sigmoid %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @tanh(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.tanh %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @silu(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.silu %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @exp(%x: !mpc.share<400, width = 64, fraction = 18>) -> !mpc.share<400, width = 64, fraction = 18> {
  %y = mpc.exp %x : !mpc.share<400, width = 64, fraction = 18>
  return %y : !mpc.share<400, width = 64, fraction = 18>
}

func.func @sigmoid_40(%x: !mpc.share<400, width = 40, fraction = 12>) -> !mpc.share<400, width = 40, fraction = 12> {
  %y = mpc.sigmoid %x : !mpc.share<400, width = 40, fraction = 12>
  return %y : !mpc.share<400, width = 40, fraction = 12>
}
