// RUN: not tacit-opt %s -nn-replace-activation=slope=1 2>&1 | FileCheck %s -DSLOPE=1 --check-prefix=SLOPE
// RUN: not tacit-opt %s -nn-replace-activation=slope=-0.5 2>&1 | FileCheck %s -DSLOPE=-0.5 --check-prefix=SLOPE
// RUN: not tacit-opt %s -nn-replace-activation=slope=nan 2>&1 | FileCheck %s -DSLOPE=nan --check-prefix=SLOPE
// RUN: not tacit-opt %s -nn-replace-activation="with=bolt slope=0.1" 2>&1 | FileCheck %s --check-prefix=OWNER
// RUN: not tacit-opt %s -nn-replace-activation=with=swish 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not tacit-opt %s -nn-replace-activation=sites=last-2 2>&1 | FileCheck %s --check-prefix=SITES
// RUN: not tacit-opt %s -nn-replace-activation=sites=0+2 2>&1 | FileCheck %s --check-prefix=MISSING

// SLOPE: error: slope is [[SLOPE]]; expected a number from 0 to less than 1
// OWNER: error: 'slope' applies to a ReLU only; expected it together with with=relu
// KIND: Cannot find option named 'swish'
// SITES: error: 'last-2' does not name sites; expected all, blocks, final, block numbers or names

// Two attentions, and so two blocks.
// MISSING: [[@LINE+1]]:1: error: '0+2' names block 2; the model has blocks 0 to 1, each with an attention and what follows it
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.attention %x, %x, %x scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.attention %0, %0, %0 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}
