//===- Passes.td - Passes that recognise whole operations --*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_RAISEPASSES_TD
#define TACIT_DIALECT_NN_TRANSFORMS_RAISEPASSES_TD

include "mlir/Pass/PassBase.td"

/// A pass of the raise phase. Every site it finds, and every near miss with its
/// reason, is a remark of category "raise". Operations that become dead are erased; those
/// with other users stay.
class RaisePass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let statistics = [
    Statistic<"sites", "sites", "fragments replaced by a whole operation">,
    Statistic<"nearMisses", "near-misses", "fragments that nearly match, left as they are">
  ];
}

def Normalize : Pass<"nn-normalize", "::mlir::func::FuncOp"> {
  let summary = "Write in one form what exporters spell in several";
  let description = [{
    Exact rewrites, whose results have the same bits, so that the passes behind this one
    know one form:

    - movements of movements are one: a reshape of a reshape, a transposition of another
      one; a part of a concatenation that has no elements is left out;
    - what gives back its operand, such as a reshape to the shape that it has, or a cast
      to a wider type and back, is left out;
    - a constant, or a number made of constants, is the right operand of a sum or product;
    - `1 / x` is `nn.reciprocal`; `x` to the power of 2 is `x * x`, to that of 0.5
      `nn.sqrt`, and to that of 1 `x`.

    Nothing is folded: constants stay as they are and where they are.

    **Before**

    ```mlir
    func.func @normalize(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<4x4xf32>) {
      %one = nn.constant dense<1.0> : tensor<f32>
      %two = nn.constant dense<2.0> : tensor<f32>
      %square = nn.pow %x, %two : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %sum = nn.add %one, %square : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      %y = nn.div %one, %sum : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      %flat = nn.reshape %x : tensor<2x8xf32> to tensor<16xf32>
      %z = nn.reshape %flat : tensor<16xf32> to tensor<4x4xf32>
      return %y, %z : tensor<2x8xf32>, tensor<4x4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @normalize(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<4x4xf32>) {
      %one = nn.constant dense<1.0> : tensor<f32>
      %square = nn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      %sum = nn.add %square, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
      %y = nn.reciprocal %sum : tensor<2x8xf32>
      %z = nn.reshape %x : tensor<2x8xf32> to tensor<4x4xf32>
      return %y, %z : tensor<2x8xf32>, tensor<4x4xf32>
    }
    ```
  }];
}

def RaiseLayerNorm : RaisePass<"nn-raise-layer-norm"> {
  let summary = "Recognise layer normalisation that was exported in pieces";
  let description = [{
    Finds `(x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon)` over the last
    dimension, with the scale and bias that follow, whether it is a quotient or a
    product with the inverse and even if `x - mean(x)` is computed twice. What else is
    spelled in several forms is written in one by `nn-normalize`. The scale or bias is
    included only if nothing else reads the value before it.

    The variance may be `mean(x^2) - mean(x)^2`, a mean the sum divided by its number
    of terms, the scale part of the dividend or of the factor, and the whole
    `x f + (bias - mean(x) f)`, with f the inverse of the deviation times the scale.

    Near misses: another axis, a reduction that drops its dimension, an epsilon that is not
    a constant or is added to the root instead of the variance.

    **Before**

    ```mlir
    func.func @layer_norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
      %eps = nn.constant dense<1.0e-05> : tensor<f32>
      %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
      %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
      %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
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
      %eps = nn.constant dense<1.0e-06> : tensor<f32>
      %square = nn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
      %mean = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
      %sum = nn.add %mean, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
      %root = nn.sqrt %sum : tensor<2x1xf32>
      %inverse = nn.reciprocal %root : tensor<2x1xf32>
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
  let summary = "Recognise GELU, however it is written";
  let description = [{
    Makes `nn.sigmoid` of 1 / (1 + exp(-c x)), and
    reads the arithmetic around each `tanh`, `erf` and `sigmoid` as a polynomial in
    x and in the function's value T, so that the order of factors, powers written
    as products and constants that were multiplied out make no difference:

    - tanh of sqrt(2/pi) x + 0.044715 sqrt(2/pi) x^3, in 0.5 x + 0.5 x T;
    - sigmoid of twice that, in x T: the same function;
    - sigmoid of 1.702 x, in x T;
    - erf of x / sqrt(2), in 0.5 x + 0.5 x T.

    The constants of the file are those of the function if they agree to one unit in the last
    place: 1.4142135 is a root of 2, but 1.4142 is not, and neither is 1.4140625, which is
    that of float16. Constants that differ by up to 1 %, because they were shortened or
    rounded, are kept as attributes `scale` and `cubic` of the operation. Near misses:
    another coefficient, and the right argument in another expression.

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
    Reads the arithmetic as `nn-raise-gelu` does, after `y / (1 + exp(-c x))` became
    y times `nn.sigmoid`. The Swish x * sigmoid(c x) has its c as attribute `beta`; of a c
    near 1.702 `nn-raise-gelu`, which comes before, has made a GELU. A near miss is a
    negative c.

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
    Finds `exp(x - max(x)) / sum(exp(x - max(x)))` along one axis. It also matches without
    the maximum, since `nn.softmax` differs only where that overflows; if something else is
    subtracted, the subtraction is kept. Near misses: a sum over several axes, or one that
    drops its dimension.

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

def RaiseRotary : RaisePass<"nn-raise-rotary"> {
  let summary = "Recognise rotary position embeddings";
  let description = [{
    Finds `x cos + t sin`, where t has the features of x in other positions: those of a pair
    are swapped, and the first one is negated. Pairs are the two halves of the features or
    neighbours. Also finds `a cos - b sin` and `b cos + a sin`, where a and b are one
    feature of each pair, joined in the same way as they were split. How features are moved
    makes no difference. If a concatenation adds features that are not rotated, it is
    included.

    With a cosine for each feature, those of a pair must be equal: as columns of a
    constant table, or by how they are computed. Near misses: they are not known to be
    equal; the features that are swapped are not such pairs; or the parts do not come from
    one tensor.

    **Before**

    ```mlir
    func.func @rotary(%x: tensor<2x8xf32>, %c: tensor<2x2xf32>, %s: tensor<2x2xf32>) -> tensor<2x8xf32> {
      %r = nn.slice %x [0, 0] to [2, 4] step [1, 1] : (tensor<2x8xf32>) -> tensor<2x4xf32>
      %rest = nn.slice %x [0, 4] to [2, 8] step [1, 1] : (tensor<2x8xf32>) -> tensor<2x4xf32>
      %cos = nn.concat %c, %c axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
      %sin = nn.concat %s, %s axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
      %a = nn.slice %r [0, 0] to [2, 2] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
      %b = nn.slice %r [0, 2] to [2, 4] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
      %n = nn.neg %b : tensor<2x2xf32>
      %t = nn.concat %n, %a axis = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
      %0 = nn.mul %r, %cos : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      %1 = nn.mul %t, %sin : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      %2 = nn.add %0, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      %y = nn.concat %2, %rest axis = 1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @rotary(%x: tensor<2x8xf32>, %c: tensor<2x2xf32>, %s: tensor<2x2xf32>) -> tensor<2x8xf32> {
      %y = nn.rotary %x, %c, %s : (tensor<2x8xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x8xf32>
      return %y : tensor<2x8xf32>
    }
    ```
  }];
}

def RaiseLinear : RaisePass<"nn-raise-linear"> {
  let summary = "Recognise products by a weight matrix and their bias";
  let description = [{
    A product whose right side is a constant matrix, or a transposed one, becomes
    `nn.linear`, and a constant bias added to it, in either order, becomes its operand. An
    `nn.linear` that has no bias absorbs one in the same way. Near miss: a bias that stays
    separate because the product without it is needed too.

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
    of a value matrix back to the product of query and key. On the way it absorbs constant
    factors (on the scores, the query or the key), and masks: floats that are added or
    subtracted, conditions whose `nn.where` keeps scores on either side, and `scores * b +
    fill * (1 - b)` with b of 0 and 1. A condition that is true where scores are replaced is
    inverted: as a constant where it is one. Several conditions with one fill become one by
    `nn.and`; other masks are added up, if the numbers that replace scores are so low that
    they may be added.

    Keys and values that were repeated for heads which share them are used as they were
    before the repetition, with the heads in two dimensions. Leading dimensions may be
    merged into one around the products. The remark of a site says whether its mask is known
    to be causal: by the elements of a constant, as rows and columns of such a table that
    end together, or as a comparison of the positions of keys and queries.

    Near misses: scores or probabilities that have other users, leading dimensions of the
    query that would broadcast, or are merged with a free one, masks that cannot be
    combined, replaced scores that do not all become one constant, and a softmax along
    another axis.

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

def KeepConstantsApart : Pass<"nn-keep-constants-apart", "::mlir::func::FuncOp"> {
  let summary = "Write the names of the file's constants into attributes";
  let description = [{
    Between two parties a program must not say what the constants of the file hold, and
    whether two of them are equal says something. With an attribute `nn.name` equal
    constants with different names differ, so that `cse` does not merge them; nor does any
    recognition take a constant of several elements, which happen to be equal, for a number.
    Constants that follow from attributes are known to both parties and have no such name.

    **Before**

    ```mlir
    func.func @biases(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %b = nn.constant dense<0.0> : tensor<2xf32> loc("b")
      %c = nn.constant dense<0.0> : tensor<2xf32> loc("c")
      %0 = nn.add %x, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
      %1 = nn.add %0, %c : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
      return %1 : tensor<2x2xf32>
    }
    ```

    **After**

    ```mlir
    func.func @biases(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %b = nn.constant {nn.name = "b"} dense<0.0> : tensor<2xf32>
      %c = nn.constant {nn.name = "c"} dense<0.0> : tensor<2xf32>
      %0 = nn.add %x, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
      %1 = nn.add %0, %c : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
      return %1 : tensor<2x2xf32>
    }
    ```
  }];
}

def NameSites : Pass<"nn-name-sites", "::mlir::func::FuncOp"> {
  let summary = "Give every attention, norm, activation and layer a lasting name";
  let description = [{
    Runs once, after the passes that recognise whole operations. Each attention, norm,
    activation, softmax, rotation, linear layer and other matrix product, and each
    look-up in a table of embeddings, gets an attribute `nn.site` with a name that no
    other operation of the function has. Passes that replace a site pass the name on, so
    that it denotes the same place in every phase, whatever was removed before.

    `layers.N.` begins the names of block N, in the numbering of `@SITES`: one for each
    attention, including cross-attention. It is followed by

    | name | of |
    |---|---|
    | `attention`, `cross_attention` | the attention; the names below exist for both |
    | `attention.norm` | the norm that its projections read |
    | `attention.query`, `.key`, `.value`, `.key_value`, `.qkv` | the projections |
    | `attention.query.norm`, `.query.rotary`, ... | operations after a projection |
    | `attention.output` | the linear layer after the attention |
    | `cross_attention.memory.norm` | the norm of the source of keys and values |
    | `ffn.norm`, `ffn.up`, `ffn.activation`, `ffn.down` | the feed-forward layer |
    | `ffn.gate`, `ffn.gate_up` | the layer whose activation multiplies another; both in one |
    | `attention.post_norm`, `ffn.post_norm` | norms before a residual sum |
    | `attention.inner_norm`, `ffn.inner_norm` | norms before the last layer |

    The value to which the first residual sum adds is computed by `embedding`,
    `embedding.norm` or `embedding.linear`; after the last block there are `final.norm` and
    `head`. A model without attention is one block. Any other operation is named after its
    kind: `layers.2.linear`, `final.activation`. Of several with the same name, all but the
    first are numbered: `ffn.up`, `ffn.up.1`. A norm is named after its users: the one after
    the feed-forward layer of block 0 in a model that normalises sums, as BERT does, is
    `layers.1.attention.norm`.

    A site that has a name keeps it.

    **Before**

    ```mlir
    func.func @feed_forward(%x: tensor<2x4xf32>, %g: tensor<4xf32>, %u: tensor<4x8xf32>, %d: tensor<8x4xf32>) -> tensor<2x4xf32> {
      %n = nn.rms_norm %x scale(%g) epsilon = 1.000000e-05 : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
      %0 = nn.linear %n, %u : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
      %1 = nn.relu %0 : tensor<2x8xf32>
      %2 = nn.linear %1, %d : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
      %y = nn.add %x, %2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      return %y : tensor<2x4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @feed_forward(%x: tensor<2x4xf32>, %g: tensor<4xf32>, %u: tensor<4x8xf32>, %d: tensor<8x4xf32>) -> tensor<2x4xf32> {
      %n = nn.rms_norm %x scale(%g) epsilon = 1.000000e-05 {nn.site = "layers.0.ffn.norm"} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
      %0 = nn.linear %n, %u {nn.site = "layers.0.ffn.up"} : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
      %1 = nn.relu %0 {nn.site = "layers.0.ffn.activation"} : tensor<2x8xf32>
      %2 = nn.linear %1, %d {nn.site = "layers.0.ffn.down"} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
      %y = nn.add %x, %2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      return %y : tensor<2x4xf32>
    }
    ```
  }];
  let statistics = [Statistic<"sites", "sites", "sites that had no name">];
}

#endif // TACIT_DIALECT_NN_TRANSFORMS_RAISEPASSES_TD
