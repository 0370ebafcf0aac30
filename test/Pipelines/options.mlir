// Each phase with options is a pipeline of tacit-opt that takes them.

// Steps are written as on the command line of tacit, and taken in this order.
// RUN: tacit-opt %s -tacit-surgery="steps=remove-layernorm,gelu-to-relu=0.1@0,gelu=bolt,fuse-ffn named" -dump-pass-pipeline 2>&1 >/dev/null | FileCheck %s --check-prefix=SURGERY
// SURGERY: func.func(
// SURGERY-NEXT: nn-remove-layer-norm{sites=all},
// SURGERY-NEXT: nn-replace-activation{sites=0 slope=1.000000e-01 what=gelu with=relu},
// SURGERY-NEXT: nn-replace-activation{sites=all slope=0.000000e+00 what=gelu with=bolt},
// SURGERY-NEXT: nn-fold-linear{named=true sites=all}
// RUN: tacit-opt %s -tacit-surgery | FileCheck %s --check-prefix=NONE
// NONE: nn.gelu erf
// RUN: tacit-opt %s -pass-pipeline="builtin.module(tacit-surgery{steps=gelu-to-relu})" | FileCheck %s --check-prefix=RELU
// RELU: nn.relu

// RUN: tacit-opt %s -tacit-quantize="bits=4 scheme=asymmetric head=same group=16" -tacit-multiplier="kind=lmul mantissa=4 scope=linear" -dump-pass-pipeline 2>&1 >/dev/null | FileCheck %s --check-prefix=QUANTIZE
// QUANTIZE: nn-quantize-weights{bits=4 group=16 head=same named=false scheme=asymmetric}
// QUANTIZE: nn-set-multiplier{alpha={{.*}} kind=lmul mantissa=4 {{.*}} scope=linear terms=2 zero=exact}
// RUN: tacit-opt -tacit-schedule="tile-rows=6 panel-columns=16" -tacit-llvm=extends-f16 -dump-pass-pipeline %s 2>&1 >/dev/null | FileCheck %s --check-prefix=CPU
// CPU: cpu-pack-operands{panel-columns=16}
// CPU: cpu-vectorize{panel-columns=16 tile-rows=6}
// CPU: cpu-expand-half-casts{keep-f16-extension=true}
// RUN: tacit-opt %s -tacit-mpc="width=48 fraction=12" -tacit-expand="recipe=crypten-bounded norm-scale=4" -tacit-cost=protocol=crypten -dump-pass-pipeline 2>&1 >/dev/null | FileCheck %s --check-prefix=TWO
// TWO: convert-nn-to-mpc{{[{] ?}}fraction=12 width=48}
// TWO: mpc-expand{local-truncation=false norm-scale=4 recipe=crypten-bounded}
// TWO: mpc-annotate-costs{protocol=crypten
// RUN: tacit-opt %s -tacit-twin-linalg -dump-pass-pipeline 2>&1 >/dev/null | FileCheck %s --check-prefix=TWIN
// TWIN: convert-mpc-to-linalg{count-wraps=true truncated-bits=0}
// TWIN-NEXT: convert-nn-to-linalg

// What is wrong with a step is said in the words of the command line.
// RUN: not tacit-opt %s -tacit-surgery=steps=gelu-to-relu=2 2>&1 | FileCheck %s --check-prefix=SLOPE
// SLOPE: 'gelu-to-relu=2': slope is 2; expected a number from 0 to less than 1
// RUN: not tacit-opt %s -tacit-surgery=steps=dropout 2>&1 | FileCheck %s --check-prefix=NAME
// NAME: unknown name 'dropout'; expected remove-layernorm, gelu-to-relu, linearize-ffn, fuse-ffn or gelu

func.func @main(%x: tensor<2x8xf32> {nn.name = "x"}) -> (tensor<2x8xf32> {nn.name = "y"}) {
  %y = nn.gelu erf %x : tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}
