//===- Passes.td - Passes that change the model ------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SURGERY_PASSES_TD
#define TACIT_DIALECT_NN_TRANSFORMS_SURGERY_PASSES_TD

include "tacit/Dialect/NN/Transforms/Surgery/Activations.td"
include "tacit/Support/WordOption.td"

/// A pass of the surgery phase. It changes what the model computes, unless it says
/// otherwise. Every site that it changes, and every one that it leaves, with the reason, is
/// a remark of category "surgery". Operations without users are erased.
///
/// The description of nn-remove-layer-norm defines `sites`.
class SurgeryPass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  Option siteOption = Option<"siteText", "sites", "std::string", /*default=*/"\"all\"",
      "all, blocks, final, or block numbers such as 0+2+4-7">;
  let options = [siteOption];
  let statistics = [
    Statistic<"sites", "sites", "sites changed">,
    Statistic<"nearMisses", "near-misses", "sites left as they are">
  ];
}

def RemoveLayerNorm : SurgeryPass<"nn-remove-layer-norm"> {
  let summary = "Remove layer and root mean square normalisation";
  let description = [{
    Removes the normalisation, together with its scale and shift: its users read its input.
    A model that was trained with normalisation needs training after this.

    `sites` is `all`, `blocks` (all transformer blocks), `final` (after the last one)
    or block numbers, `0+2+4-7`. A block, numbered from 0, is an attention, the
    operations that lead to it, and what follows up to the next one. Attentions whose
    results reach one residual sum, such as heads with layers of their own, are one; a
    decoder has its attention and its cross attention in one block. If norms follow the
    sums, as in BERT, the norm between two blocks belongs to the second.

    **Before**

    ```mlir
    func.func @norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
      %0 = nn.layer_norm %x scale(%g) bias(%b) epsilon = 9.99999974E-6 : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
      %1 = nn.relu %0 : tensor<2x8xf32>
      return %1 : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
      %0 = nn.relu %x : tensor<2x8xf32>
      return %0 : tensor<2x8xf32>
    }
    ```
  }];
}

def ReplaceActivation : SurgeryPass<"nn-replace-activation"> {
  let summary = "Replace GELU, or any activation, by another function";
  let description = [{
    `what=gelu` selects every `nn.gelu`, `what=any` also every `nn.silu` and `nn.relu`.
    `with` is the replacement: `relu`, `identity` (nothing), or a kind of `nn.gelu`.
    `with=relu slope=S` is max(x, S x), leaky ReLU, for 0 <= S < 1.

    An activation that is already the requested function is not a site.

    **Before**

    ```mlir
    func.func @activation(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %y = nn.gelu tanh %x : tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @activation(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %y = nn.relu %x : tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
  let options = [
    siteOption,
    WordOption<"what", "what", ActivationSet, /*default=*/"Gelu",
               "the activations that are replaced">,
    WordOption<"with", "with", Replacement, /*default=*/"Relu", "the replacement">,
    Option<"slope", "slope", "double", /*default=*/"0",
           "slope of a ReLU for negative arguments, from 0 to less than 1">
  ];
}

def FoldLinear : SurgeryPass<"nn-fold-linear"> {
  let summary = "Merge two consecutive linear layers into one";
  let description = [{
    (x W1 + b1) W2 + b2 is x (W1 W2) + (b1 W2 + b2). The new weight and bias are
    summed in double precision and rounded once, so the model computes the same except for
    rounding. A chain becomes one layer, two at a time.

    Near misses: something else reads the first product, a weight or bias is computed
    and not constant, the elements are not f32, a product is not exact, the new weight would
    have more elements than both, or one operation is between the two. `named` is for
    callers that need only shapes, of models whose weights are not available.

    **Before**

    ```mlir
    func.func @fold(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
      %w1 = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
      %b1 = nn.constant dense<[1.0, -1.0]> : tensor<2xf32>
      %w2 = nn.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
      %0 = nn.linear %x, %w1 bias(%b1) : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
      %y = nn.linear %0, %w2 : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
      return %y : tensor<?x1xf32>
    }
    ```

    **After**

    ```mlir
    func.func @fold(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
      %w = nn.constant dense<[[5.0], [11.0]]> : tensor<2x1xf32>
      %b = nn.constant dense<-1.0> : tensor<1xf32>
      %y = nn.linear %x, %w bias(%b) : (tensor<?x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
      return %y : tensor<?x1xf32>
    }
    ```
  }];
  let options = [siteOption, Option<"named", "named", "bool", /*default=*/"false",
      "the new constants are names without bytes">];
}

#endif // TACIT_DIALECT_NN_TRANSFORMS_SURGERY_PASSES_TD
