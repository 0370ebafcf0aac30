//===- Passes.td - The model becomes another one -----------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SURGERY_PASSES_TD
#define TACIT_DIALECT_NN_TRANSFORMS_SURGERY_PASSES_TD

include "mlir/Pass/PassBase.td"

/// A pass of the surgery phase. It does not keep what the model computes, unless it
/// says so. Every site it changes, and every one it leaves with the reason, is a
/// remark of category "surgery". What is left without a reader is erased.
///
/// The description of nn-remove-layer-norm says what `sites` means.
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
    The normalisation goes, and its scale and shift with it: what read it reads its
    input. A model that was trained with normalisation needs training after this.

    `sites` is `all`, `blocks` (all transformer blocks), `final` (behind the last one)
    or block numbers, `0+2+4-7`. There is a block for each attention, counted from 0:
    what leads to the attention is in it, and what leads from there to the residual
    sums before the next. Where norms follow the sums, as in BERT, the norm between two
    blocks is in the second.

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
    `what=gelu` is every `nn.gelu`, `what=any` every `nn.silu` and `nn.relu` too. `with`
    says what comes in its place: `relu`, `identity` (nothing), or a kind of
    `nn.gelu`. `with=relu slope=S` is max(x, S x), leaky ReLU, for 0 <= S < 1.

    What is the wanted function already is no site.

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
    Option<"what", "what", "::tacit::nn::ActivationSet",
           /*default=*/"::tacit::nn::ActivationSet::Gelu", "which activations are replaced",
           [{::tacit::wordValues(::tacit::nn::kActivationWords)}]>,
    Option<"with", "with", "::tacit::nn::Replacement",
           /*default=*/"::tacit::nn::Replacement::Relu", "what comes in their place",
           [{::tacit::wordValues(::tacit::nn::kReplacementWords)}]>,
    Option<"slope", "slope", "double", /*default=*/"0",
           "of a ReLU for negative arguments, from 0 to less than 1">
  ];
}

def FoldLinear : SurgeryPass<"nn-fold-linear"> {
  let summary = "Make one linear layer of two that follow each other";
  let description = [{
    (x W1 + b1) W2 + b2 is x (W1 W2) + (b1 W2 + b2). The new weight and bias are
    summed in double precision and rounded once, so the model computes the same but
    for rounding. A chain becomes one layer, two at a time.

    Near misses: something else reads the first product, a weight or bias is computed
    and not constant, the elements are not f32, a product is not exact, the new weight
    would have more elements than both, one operation stands between. `named` is for
    what asks about shapes alone, of models whose weights are not at hand.

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
