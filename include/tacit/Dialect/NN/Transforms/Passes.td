//===- Passes.td - Passes on the nn dialect -----------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_PASSES_TD
#define TACIT_DIALECT_NN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Raise: exporter fragments become whole operations
//===----------------------------------------------------------------------===//

/// A pass of the raise phase. Every site it finds, and every near miss with its
/// reason, is a remark of category "raise". What a site leaves dead is erased,
/// whatever other users still need stays.
class RaisePass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let statistics = [
    Statistic<"sites", "sites", "fragments replaced by a whole operation">,
    Statistic<"nearMisses", "near-misses", "fragments that nearly match, left as they are">
  ];
}

def RaiseLayerNorm : RaisePass<"nn-raise-layer-norm"> {
  let summary = "Recognise layer normalisation that was exported in pieces";
  let description = [{
    Finds `(x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon)` over the last
    dimension, with the scale and bias that follow, however the square, the root
    and the quotient are spelled and even if `x - mean(x)` is computed twice. The
    scale or bias is taken in only where nothing else reads the value before it.

    Near misses: another axis, a reduction that drops its dimension, an epsilon
    that is no constant or is added to the root instead of the variance.

    **Before**

    ```mlir
    func.func @layer_norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
      %two = nn.constant dense<2.0> : tensor<f32>
      %eps = nn.constant dense<1.0e-05> : tensor<f32>
      %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
      %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
      %square = nn.pow %d, %two : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %variance = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
      %sum = nn.add %variance, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
      %root = nn.sqrt %sum : tensor<2x1xf32>
      %n = nn.div %d, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
      %scaled = nn.mul %n, %g : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
      %y = nn.add %scaled, %b : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @layer_norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
      %y = nn.layer_norm %x scale(%g) bias(%b) epsilon = 9.99999974E-6 : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
}

def RaiseRmsNorm : RaisePass<"nn-raise-rms-norm"> {
  let summary = "Recognise root mean square normalisation that was exported in pieces";
  let description = [{
    Finds `x / sqrt(mean(x^2) + epsilon)` over the last dimension, as a quotient
    or as a product with the reciprocal, and the scale that follows. Runs after
    `nn-raise-layer-norm`: a layer normalisation contains this fragment.

    Near misses are those of `nn-raise-layer-norm`.

    **Before**

    ```mlir
    func.func @rms_norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>) -> tensor<2x8xf32> {
      %one = nn.constant dense<1.0> : tensor<f32>
      %two = nn.constant dense<2.0> : tensor<f32>
      %eps = nn.constant dense<1.0e-06> : tensor<f32>
      %square = nn.pow %x, %two : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %mean = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
      %sum = nn.add %mean, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
      %root = nn.sqrt %sum : tensor<2x1xf32>
      %inverse = nn.div %one, %root : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
      %n = nn.mul %x, %inverse : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
      %y = nn.mul %g, %n : (tensor<8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @rms_norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>) -> tensor<2x8xf32> {
      %y = nn.rms_norm %x scale(%g) epsilon = 9.99999997E-7 : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
}

def RaiseGelu : RaisePass<"nn-raise-gelu"> {
  let summary = "Recognise GELU in any spelling";
  let description = [{
    Reads the arithmetic around each `tanh`, `erf` and `sigmoid` as a polynomial in
    x and in the function's value T, so that the order of factors, powers written
    as products and constants that were multiplied out make no difference:

    - tanh of sqrt(2/pi) x + 0.044715 sqrt(2/pi) x^3, in 0.5 x + 0.5 x T;
    - sigmoid of twice that, in x T: the same function;
    - erf of x / sqrt(2), in 0.5 x + 0.5 x T.

    Each coefficient may be off by 1e-4 of itself (exporters write 1.4142135 or
    0.79788), in half precision by a few units in its last place. Near misses: a
    coefficient beyond that, and the right argument in another expression.

    **Before**

    ```mlir
    func.func @gelu_tanh(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %half = nn.constant dense<0.5> : tensor<f32>
      %one = nn.constant dense<1.0> : tensor<f32>
      %three = nn.constant dense<3.0> : tensor<f32>
      %c = nn.constant dense<0.044715> : tensor<f32>
      %s = nn.constant dense<0.797884583> : tensor<f32>
      %0 = nn.mul %x, %half : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %1 = nn.pow %x, %three : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %2 = nn.mul %1, %c : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %3 = nn.add %x, %2 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      %4 = nn.mul %3, %s : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %5 = nn.tanh %4 : tensor<2x8xf32>
      %6 = nn.add %5, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %y = nn.mul %0, %6 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @gelu_tanh(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %y = nn.gelu tanh %x : tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
}

def RaiseSilu : RaisePass<"nn-raise-silu"> {
  let summary = "Recognise SiLU, x * sigmoid(x)";
  let description = [{
    Reads the arithmetic as `nn-raise-gelu` does. A near miss is x * sigmoid(c x)
    with another c: 1.702 makes it an approximation of GELU, and it stays as it is.

    **Before**

    ```mlir
    func.func @silu(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %0 = nn.sigmoid %x : tensor<2x8xf32>
      %y = nn.mul %x, %0 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @silu(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %y = nn.silu %x : tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
}

def RaiseSoftmax : RaisePass<"nn-raise-softmax"> {
  let summary = "Recognise softmax that was exported in pieces";
  let description = [{
    Finds `exp(x - max(x)) / sum(exp(x - max(x)))` along one axis. Without the
    maximum it stays as it is, a near miss: it overflows where `nn.softmax` does
    not. So it does if the maximum and the sum run along different axes.

    **Before**

    ```mlir
    func.func @softmax(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %max = nn.reduce max %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
      %0 = nn.sub %x, %max : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
      %1 = nn.exp %0 : tensor<2x8xf32>
      %sum = nn.reduce sum %1 axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
      %y = nn.div %1, %sum : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @softmax(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %y = nn.softmax %x axis = 1 : tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
}

def RaiseLinear : RaisePass<"nn-raise-linear"> {
  let summary = "Recognise products by a weight matrix and their bias";
  let description = [{
    A product whose right side is a constant matrix, or a transposed one, becomes
    `nn.linear`, and a constant bias added to it, in either order, goes in with
    it. An `nn.linear` that has no bias takes one in the same way. Near miss: a
    bias that stays apart because the product without it is needed too.

    **Before**

    ```mlir
    func.func @linear(%x: tensor<1x2x3xf32>) -> tensor<1x2x4xf32> {
      %w = nn.constant dense<1.0> : tensor<3x4xf32>
      %b = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
      %0 = nn.matmul %x, %w : (tensor<1x2x3xf32>, tensor<3x4xf32>) -> tensor<1x2x4xf32>
      %y = nn.add %b, %0 : (tensor<4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
      return %y : tensor<1x2x4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @linear(%x: tensor<1x2x3xf32>) -> tensor<1x2x4xf32> {
      %w = nn.constant dense<1.0> : tensor<3x4xf32>
      %b = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
      %y = nn.linear %x, %w bias(%b) : (tensor<1x2x3xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<1x2x4xf32>
      return %y : tensor<1x2x4xf32>
    }
    ```
  }];
}

def RaiseAttention : RaisePass<"nn-raise-attention"> {
  let summary = "Recognise scaled dot-product attention";
  let description = [{
    Follows the scores of each `nn.softmax` along the last axis that weighs the rows
    of a value matrix back to the product of query and key. On the way it takes in
    constant factors (on the scores, the query or the key), and one mask: a float
    one that is added after the scaling, or a boolean one whose `nn.where` keeps
    scores on either side. A mask that is true where scores are replaced is
    inverted: as a constant where it is one.

    Near misses: scores or probabilities that something else reads too, leading
    dimensions that would broadcast, a mask that is added before the scaling, a
    second mask, replaced scores that do not all become one constant, and a
    softmax along another axis.

    **Before**

    ```mlir
    func.func @attention(%q: tensor<1x2x4x8xf32>, %k: tensor<1x4x2x8xf32>, %v: tensor<1x2x4x8xf32>, %m: tensor<4x4xi1>) -> tensor<1x2x4x8xf32> {
      %c = nn.constant dense<4.0> : tensor<f32>
      %fill = nn.constant dense<-1.0e+09> : tensor<f32>
      %kt = nn.transpose %k [0, 2, 3, 1] : (tensor<1x4x2x8xf32>) -> tensor<1x2x8x4xf32>
      %0 = nn.matmul %q, %kt : (tensor<1x2x4x8xf32>, tensor<1x2x8x4xf32>) -> tensor<1x2x4x4xf32>
      %1 = nn.div %0, %c : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32>
      %2 = nn.where %m, %1, %fill : (tensor<4x4xi1>, tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32>
      %3 = nn.softmax %2 axis = 3 : tensor<1x2x4x4xf32>
      %y = nn.matmul %3, %v : (tensor<1x2x4x4xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
      return %y : tensor<1x2x4x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @attention(%q: tensor<1x2x4x8xf32>, %k: tensor<1x4x2x8xf32>, %v: tensor<1x2x4x8xf32>, %m: tensor<4x4xi1>) -> tensor<1x2x4x8xf32> {
      %key = nn.transpose %k [0, 2, 1, 3] : (tensor<1x4x2x8xf32>) -> tensor<1x2x4x8xf32>
      %y = nn.attention %q, %key, %v mask(%m) scale = 2.500000e-01 fill = -1.000000e+09 : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<4x4xi1>) -> tensor<1x2x4x8xf32>
      return %y : tensor<1x2x4x8xf32>
    }
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Surgery: the model becomes another one
//===----------------------------------------------------------------------===//

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
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::ActivationSet::Gelu, "gelu", "GELU of any kind"),
             clEnumValN(::tacit::nn::ActivationSet::Any, "any", "GELU, SiLU and ReLU"))}]>,
    Option<"with", "with", "::tacit::nn::Replacement",
           /*default=*/"::tacit::nn::Replacement::Relu", "what comes in their place",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::Replacement::Relu, "relu", "max(x, 0)"),
             clEnumValN(::tacit::nn::Replacement::Identity, "identity", "x"),
             clEnumValN(::tacit::nn::Replacement::Erf, "erf", "GELU by erf"),
             clEnumValN(::tacit::nn::Replacement::Tanh, "tanh", "GELU by tanh"),
             clEnumValN(::tacit::nn::Replacement::Puma, "puma", "polynomials of PUMA"),
             clEnumValN(::tacit::nn::Replacement::Bolt, "bolt", "polynomial of BOLT"),
             clEnumValN(::tacit::nn::Replacement::Bumblebee, "bumblebee",
                        "polynomials of BumbleBee"),
             clEnumValN(::tacit::nn::Replacement::Nimbus, "nimbus",
                        "example polynomial of Nimbus"),
             clEnumValN(::tacit::nn::Replacement::Quad, "quad", "parabola of MPCFormer"))}]>,
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

//===----------------------------------------------------------------------===//
// Quantize: weights in few bits
//===----------------------------------------------------------------------===//

def QuantizeWeights : Pass<"nn-quantize-weights", "::mlir::func::FuncOp"> {
  let summary = "Store the weights of linear layers in 4, 6 or 8 bits";
  let description = [{
    The weight of each `nn.linear` is rounded to the nearest of 2^bits levels, which
    each `group` of weights along the reduction spaces for itself: `symmetric` around
    zero, or `asymmetric` from the smallest to the largest. `nn.dequantize` says how
    the integers are packed; docs/Numerics.md has the arithmetic. A weight that is
    read twice is quantized once, and the old constant goes where nothing else reads
    it. Inputs that are not a multiple of the group have a last group that is filled
    up.

    The head (output layer) is the `nn.linear` whose result reaches a result of the
    function through nothing but `nn.reshape`. It stays as it is unless `head` says
    `int8`, or `same` as the others; embeddings always stay.

    `named` is for what asks only for sizes: no weight is read.

    Each weight is a remark of category "quantize" with its root mean square error,
    relative to that of the weight. Near misses: a weight that is computed, not f32,
    quantized already, not finite.

    **Before**

    ```mlir
    func.func @quantize(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %w = nn.constant dense<[[7.0, 1.5], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
      %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```

    **After** (`bits=4 group=4`)

    ```mlir
    func.func @quantize(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %scale = nn.constant dense<[[1.0, 0.5]]> : tensor<1x2xf32>
      %low = nn.constant dense<[[[31, -117], [-118, -10]]]> : tensor<1x2x2xi8>
      %w = nn.dequantize bits = 4 scale(%scale) planes(%low) : (tensor<1x2xf32>, tensor<1x2x2xi8>) -> tensor<4x2xf32>
      %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```
  }];
  let options = [
    Option<"bits", "bits", "int64_t", /*default=*/"8", "of a weight: 4, 6 or 8">,
    Option<"group", "group", "int64_t", /*default=*/"32", "weights that share a scale">,
    Option<"scheme", "scheme", "::tacit::numerics::Scheme",
           /*default=*/"::tacit::numerics::Scheme::Symmetric", "how the levels lie",
           [{::llvm::cl::values(
             clEnumValN(::tacit::numerics::Scheme::Symmetric, "symmetric",
                        "around zero"),
             clEnumValN(::tacit::numerics::Scheme::Asymmetric, "asymmetric",
                        "from the smallest weight to the largest"))}]>,
    Option<"head", "head", "::tacit::nn::HeadWeights",
           /*default=*/"::tacit::nn::HeadWeights::Float", "weights of the output layer",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::HeadWeights::Float, "float", "as they are"),
             clEnumValN(::tacit::nn::HeadWeights::Int8, "int8", "in 8 bits"),
             clEnumValN(::tacit::nn::HeadWeights::Same, "same", "as the others"))}]>,
    Option<"named", "named", "bool", /*default=*/"false",
      "the new constants are names without bytes">
  ];
  let statistics = [
    Statistic<"sites", "sites", "linear layers whose weight is quantized">,
    Statistic<"weights", "weights", "weights quantized; layers may share one">,
    Statistic<"nearMisses", "near-misses", "linear layers left as they are">
  ];
}

//===----------------------------------------------------------------------===//
// Multiplier: how each product is computed
//===----------------------------------------------------------------------===//

def SetMultiplier : Pass<"nn-set-multiplier", "::mlir::func::FuncOp"> {
  let summary = "Choose how the products of matrix products are computed";
  let description = [{
    Puts `#nn.multiplier` on the operations of `scope`: `matmul` is every `nn.linear`,
    `nn.matmul` and `nn.attention`; `attention` is `nn.attention`, and `nn.matmul` of
    two operands that are both computed; `linear` is every `nn.linear`. `kind=exact`
    takes the attribute away.

    `shift_add` writes each weight as a sum of `terms` signed powers of two, found
    greedily, the nearest in value first: the weight becomes `nn.powers_of_two` of
    codes. It can be a constant, a transposed one, or one in few bits. Products without
    a constant weight stay as they are, and so does the head (output layer), which is a
    linear layer whose result reaches a result of the function through nothing but
    `nn.reshape`.

    Each site is a remark of category "multiplier".

    **Before**

    ```mlir
    func.func @multiplier(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %w = nn.constant dense<[[1.0, 0.75], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
      %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```

    **After** (`kind=lmul mantissa=4`)

    ```mlir
    func.func @multiplier(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
      %w = nn.constant dense<[[1.0, 0.75], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
      %0 = nn.linear %x, %w multiplier(<lmul, mantissa = 4>) : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
      %y = nn.relu %0 : tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```
  }];
  let options = [
    Option<"kind", "kind", "::tacit::nn::MultiplierKind",
           /*default=*/"::tacit::nn::MultiplierKind::Exact", "how a product is computed",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::MultiplierKind::Exact, "exact", "as IEEE 754 has it"),
             clEnumValN(::tacit::nn::MultiplierKind::LMul, "lmul",
                        "L-Mul: mantissas are added"),
             clEnumValN(::tacit::nn::MultiplierKind::Pam, "pam",
                        "piecewise affine, mantissas are added"),
             clEnumValN(::tacit::nn::MultiplierKind::ShiftAdd, "shift_add",
                        "weights as sums of signed powers of two"))}]>,
    Option<"mantissa", "mantissa", "int64_t", /*default=*/"23", "bits that lmul reads">,
    Option<"alpha", "alpha", "double", /*default=*/"1.0552",
           "factor of a product by pam, from 1 to less than 2">,
    Option<"terms", "terms", "int64_t", /*default=*/"2", "powers of two of a weight, 1 to 8">,
    Option<"zero", "zero", "::tacit::nn::ZeroPolicy",
           /*default=*/"::tacit::nn::ZeroPolicy::Exact", "zeros and products near zero",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::ZeroPolicy::Exact, "exact", "give zero"),
             clEnumValN(::tacit::nn::ZeroPolicy::Lift, "lift",
                        "operands are lifted to 2^-62"),
             clEnumValN(::tacit::nn::ZeroPolicy::Ignore, "ignore",
                        "go wrong: for operands that are never near zero"))}]>,
    Option<"overflow", "overflow", "::tacit::nn::OverflowPolicy",
           /*default=*/"::tacit::nn::OverflowPolicy::Infinity",
           "products and operands that are not finite",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::OverflowPolicy::Infinity, "infinity",
                        "as IEEE 754 has it"),
             clEnumValN(::tacit::nn::OverflowPolicy::Ignore, "ignore",
                        "go wrong: for products that are never large"))}]>,
    Option<"scope", "scope", "::tacit::nn::MultiplierScope",
           /*default=*/"::tacit::nn::MultiplierScope::Matmul", "which products",
           [{::llvm::cl::values(
             clEnumValN(::tacit::nn::MultiplierScope::Matmul, "matmul",
                        "every matrix product"),
             clEnumValN(::tacit::nn::MultiplierScope::Attention, "attention",
                        "products of two computed matrices"),
             clEnumValN(::tacit::nn::MultiplierScope::Linear, "linear",
                        "products by a weight"),
             clEnumValN(::tacit::nn::MultiplierScope::All, "all",
                        "not available"))}]>
  ];
  let statistics = [
    Statistic<"sites", "sites", "operations whose multiplier is set">,
    Statistic<"weights", "weights", "weights written as powers of two">,
    Statistic<"nearMisses", "near-misses", "operations of the scope left as they are">
  ];
}

#endif // TACIT_DIALECT_NN_TRANSFORMS_PASSES_TD
