// What one pass has asked about a program, the next one need not ask again.
//
// RUN: tacit-opt %s -o /dev/null --mlir-timing --mlir-timing-display=tree \
// RUN:   --pass-pipeline='builtin.module(cpu-check-program,func.func(nn-resolve-dims))' \
// RUN:   2>&1 | FileCheck %s --check-prefix=SIZES
// RUN: tacit-opt %s -o /dev/null --mlir-timing --mlir-timing-display=tree \
// RUN:   --pass-pipeline='builtin.module(func.func(nn-name-sites,nn-remove-layer-norm,nn-fold-linear,nn-replace-activation{with=relu}))' \
// RUN:   2>&1 | FileCheck %s --check-prefix=BLOCKS
// RUN: tacit-opt %s -o /dev/null --mlir-timing --mlir-timing-display=tree \
// RUN:   --pass-pipeline='builtin.module(func.func(nn-remove-layer-norm,nn-replace-activation{with=relu},nn-fold-linear))' \
// RUN:   2>&1 | FileCheck %s --check-prefix=CHANGED

// A check adds an attribute to the module, from which no size follows.
// SIZES:     {{ CheckProgram$}}
// SIZES:     (A) tacit::nn::Dims
// SIZES:     {{ ResolveDims$}}
// SIZES-NOT: (A)
// SIZES:     {{ Output$}}

// Names are no places, and there are no norms and no pairs of layers here.
// BLOCKS:     {{ NameSites$}}
// BLOCKS:     (A) tacit::nn::Blocks
// BLOCKS:     {{ RemoveLayerNorm$}}
// BLOCKS-NOT: (A)
// BLOCKS:     {{ ReplaceActivation$}}
// BLOCKS-NOT: (A)
// BLOCKS:     {{ Output$}}

// What has been replaced is another program.
// CHANGED:     {{ RemoveLayerNorm$}}
// CHANGED:     (A) tacit::nn::Blocks
// CHANGED:     {{ ReplaceActivation$}}
// CHANGED-NOT: (A)
// CHANGED:     {{ FoldLinear$}}
// CHANGED:     (A) tacit::nn::Blocks

func.func @main(%x: tensor<?x4xf32> {nn.name = "x", nn.dims = ["n", ""]})
    -> (tensor<?x4xf32> {nn.name = "y"}) {
  %0 = nn.gelu erf %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
