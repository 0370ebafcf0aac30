//===- Passes.td - Passes that change arithmetic -----------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_PASSES_TD
#define TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_PASSES_TD

include "tacit/Dialect/NN/Transforms/Quantize/Arithmetic.td"
include "tacit/Numerics/Multiplier.td"
include "tacit/Numerics/Quantizer.td"
include "tacit/Support/WordOption.td"

def DequantizeActivations : Pass<"nn-dequantize-activations", "::mlir::func::FuncOp"> {
  let summary = "Compute on floats what a model computes on quantized activations";
  let description = [{
    Files hold activations in few bits as `round(x / scale) + zero`, clamped and cast to an
    integer, and products of such integers. Between two parties every number is a word of the
    ring, so that rounding and clamping cost much and save nothing. This pass computes with x
    itself: it drops the rounding, follows the integers through casts, movement, matrix
    products, convolutions and constants that are added, and cancels their scales; what
    remains of a scale is multiplied into the weight. The result differs by the errors of
    the quantization, which is what the model was before. A clamp that begins at the zero
    point is a ReLU that was merged into the quantization, and stays one. Integers that are
    used otherwise stay as they are.

    **Before**

    ```mlir
    func.func @dynamic(%x: tensor<2x4xf32>) -> tensor<2x3xf32> {
      %w = nn.constant dense<5> : tensor<4x3xi32>
      %scale = nn.constant dense<5.000000e-01> : tensor<f32>
      %low = nn.constant dense<-1.280000e+02> : tensor<f32>
      %high = nn.constant dense<1.270000e+02> : tensor<f32>
      %0 = nn.div %x, %scale : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
      %1 = nn.round %0 : tensor<2x4xf32>
      %2 = nn.maximum %1, %low : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
      %3 = nn.minimum %2, %high : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
      %4 = nn.cast %3 : tensor<2x4xf32> to tensor<2x4xi8>
      %5 = nn.cast %4 : tensor<2x4xi8> to tensor<2x4xi32>
      %6 = nn.matmul %5, %w : (tensor<2x4xi32>, tensor<4x3xi32>) -> tensor<2x3xi32>
      %7 = nn.cast %6 : tensor<2x3xi32> to tensor<2x3xf32>
      %y = nn.mul %7, %scale : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```

    **After**

    ```mlir
    func.func @dynamic(%x: tensor<2x4xf32>) -> tensor<2x3xf32> {
      %w = nn.constant dense<5> : tensor<4x3xi32>
      %0 = nn.cast %w : tensor<4x3xi32> to tensor<4x3xf32>
      %y = nn.matmul %x, %0 : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"tensors", "tensors", "tensors that were quantized">
  ];
}

def QuantizeWeights : Pass<"nn-quantize-weights", "::mlir::func::FuncOp"> {
  let summary = "Store the weights of linear layers in 4, 6 or 8 bits";
  let description = [{
    The weight of each `nn.linear` is rounded to the nearest of 2^bits levels, which are
    spaced separately for each `group` of weights along the reduction: `symmetric` around
    zero, or `asymmetric` from the smallest to the largest. `nn.dequantize` defines how the
    integers are packed; docs/Numerics.md has the arithmetic. A weight that is read twice is
    quantized once, and the old constant is removed if nothing else reads it. Inputs that
    are not a multiple of the group have a last group that is padded up.

    The head (output layer) is the `nn.linear` whose result reaches a result of the
    function through nothing but `nn.reshape`. It stays as it is unless `head` is `int8`, or
    `same`, as the others; embeddings always stay.

    `named` is for callers that need only sizes: no weight is read.

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
    Option<"bits", "bits", "int64_t", /*default=*/"8", "bits of a weight: 4, 6 or 8">,
    Option<"group", "group", "int64_t", /*default=*/"32", "weights that share a scale">,
    WordOption<"scheme", "scheme", Scheme, /*default=*/"Symmetric", "how the levels are spaced">,
    WordOption<"head", "head", HeadWeights, /*default=*/"Float",
               "weights of the output layer">,
    Option<"named", "named", "bool", /*default=*/"false",
      "the new constants are names without bytes">
  ];
  let statistics = [
    Statistic<"sites", "sites", "linear layers whose weight is quantized">,
    Statistic<"weights", "weights", "weights quantized; layers may share one">,
    Statistic<"nearMisses", "near-misses", "linear layers left as they are">
  ];
}

def SetMultiplier : Pass<"nn-set-multiplier", "::mlir::func::FuncOp"> {
  let summary = "Choose how the products of matrix products are computed";
  let description = [{
    Attaches `#nn.multiplier` to the operations of `scope`: `matmul` is every `nn.linear`,
    `nn.matmul` and `nn.attention`; `attention` is `nn.attention`, and `nn.matmul` of
    two operands that are both computed; `linear` is every `nn.linear`. `kind=exact` removes
    the attribute.

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
    WordOption<"kind", "kind", MultiplierKind, /*default=*/"Exact",
               "how a product is computed">,
    Option<"mantissa", "mantissa", "int64_t", /*default=*/"23", "bits that lmul reads">,
    Option<"alpha", "alpha", "double", /*default=*/"1.0552",
           "factor of a pam product, from 1 to less than 2">,
    Option<"terms", "terms", "int64_t", /*default=*/"2", "powers of two of a weight, 1 to 8">,
    WordOption<"zero", "zero", ZeroPolicy, /*default=*/"Exact",
               "treatment of zeros and tiny products">,
    WordOption<"overflow", "overflow", OverflowPolicy, /*default=*/"Infinity",
               "treatment of infinite products, and NaN">,
    WordOption<"scope", "scope", MultiplierScope, /*default=*/"Matmul", "the products that are set">
  ];
  let statistics = [
    Statistic<"sites", "sites", "operations whose multiplier is set">,
    Statistic<"weights", "weights", "weights written as powers of two">,
    Statistic<"nearMisses", "near-misses", "operations of the scope left as they are">
  ];
}

#endif // TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_PASSES_TD
