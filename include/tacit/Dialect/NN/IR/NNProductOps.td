//===- NNProductOps.td - Matrix products and their weights -*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNPRODUCTOPS_TD
#define TACIT_DIALECT_NN_IR_NNPRODUCTOPS_TD

include "tacit/Dialect/NN/IR/NNOpBase.td"

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

def NN_MatmulOp : NN_InferredOp<"matmul", [NN_InfersSizes, NN_MultiplierOpInterface,
                                           NN_Site<"Matmul">]> {
  let summary = "matrix product with broadcast leading dimensions";
  let description = [{
    As NumPy's `matmul`: [..., M, K] by [..., K, N] gives [..., M, N]. An operand of
    one dimension is a row (left) or a column (right), and that dimension is
    absent from the result. Sums of i32 wrap around.
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat, I32]>:$lhs,
                       RankedTensorOf<[AnyFloat, I32]>:$rhs,
                       OptionalAttr<NN_MultiplierAttr>:$multiplier);
  let results = (outs RankedTensorOf<[AnyFloat, I32]>:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`multiplier` `(` $multiplier^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_LinearOp : NN_InferredOp<"linear", [NN_InfersSizes, NN_MultiplierOpInterface,
                                           NN_Site<"Linear">,
                                           NN_Operands<["Data", "Parameter",
                                                        "Parameter"]>]> {
  let summary = "x times a weight matrix, plus a bias";
  let description = [{
    [..., K] by [K, N] gives [..., N]; `bias` has N elements.

    ```mlir
    %y = nn.linear %x, %w bias(%b)
        : (tensor<1x128x64xf32>, tensor<64x256xf32>, tensor<256xf32>) -> tensor<1x128x256xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input, RankedTensorOf<[AnyFloat]>:$weight,
                       Optional<RankedTensorOf<[AnyFloat]>>:$bias,
                       OptionalAttr<NN_MultiplierAttr>:$multiplier);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` `(` $bias^ `)`)? (`multiplier` `(` $multiplier^ `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def NN_AttentionOp
    : NN_InferredOp<"attention", [NN_InfersSizes, NN_MultiplierOpInterface,
                                  NN_Site<"Attention">,
                                  NN_Operands<["Data", "Data", "Data", "Mask"]>]> {
  let summary = "scaled dot-product attention";
  let description = [{
    softmax(scale * Q K^T, masked, along the keys) V
    (Vaswani et al., arXiv 1706.03762, equation 1).

    `query` is [..., M, D], `key` [..., N, D], `value` [..., N, E]; the result is
    [..., M, E]. Leading dimensions are those of the query; key and value have the
    same, or 1, which is repeated: G query heads that share a key (grouped queries,
    Ainslie et al., arXiv 2305.13245) are [B, H, G, M, D] by [B, H, 1, N, D]. `mask`
    broadcasts against [..., M, N]. A float mask is added to the scaled scores. A boolean
    mask keeps a score where it is true and replaces it by `fill` where it is false; `fill`
    is given exactly when the mask is boolean.

    A row whose scores are all equal gives the mean of the values, and one whose scores are
    all -inf gives NaN. With `zero_rows` the latter is 0: this is the case of a query that
    may attend to nothing, which ONNX defines so from opset 23 on.

    ```mlir
    %y = nn.attention %q, %k, %v mask(%m) scale = 1.250000e-01 fill = -1.000000e+09
        : (tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<8x8xi1>)
        -> tensor<1x4x8x64xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$query, RankedTensorOf<[AnyFloat]>:$key,
                       RankedTensorOf<[AnyFloat]>:$value, Optional<AnyRankedTensor>:$mask,
                       F32Attr:$scale, OptionalAttr<F32Attr>:$fill, UnitAttr:$zero_rows,
                       OptionalAttr<NN_MultiplierAttr>:$multiplier);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` `(` $mask^ `)`)? `scale` `=` $scale
    (`fill` `=` $fill^)? (`zero_rows` $zero_rows^)? (`multiplier` `(` $multiplier^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_RotaryOp : NN_Op<"rotary", [AllTypesMatch<["input", "result"]>, NN_InfersSizes,
                                   NN_Site<"Rotary">,
                                   NN_Operands<["Data", "Angle", "Angle"]>]> {
  let summary = "rotary position embedding";
  let description = [{
    Rotates pairs of features by the angles whose cosines and sines are given
    (Su et al., arXiv 2104.09864, equation 34). `input` is [..., D]; `cos` and `sin`
    broadcast against [..., R/2], which determines R: the first R features are rotated, the
    others are unchanged. Pair i is (x[i], x[i + R/2]), or (x[2i], x[2i + 1]) if it is
    `interleaved`; (a, b) becomes (a cos - b sin, b cos + a sin).

    ```mlir
    %y = nn.rotary %x, %cos, %sin
        : (tensor<1x4x8x64xf32>, tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<1x4x8x64xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input, RankedTensorOf<[AnyFloat]>:$cos,
                       RankedTensorOf<[AnyFloat]>:$sin, UnitAttr:$interleaved);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $input `,` $cos `,` $sin (`interleaved` $interleaved^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Returns the number of features that are rotated.
    int64_t getNumRotated();
  }];
}

//===----------------------------------------------------------------------===//
// Weights of few bits
//===----------------------------------------------------------------------===//

def NN_DequantizeOp : NN_Op<"dequantize", [AttrSizedOperandSegments, NN_InfersSizes]> {
  let summary = "a weight matrix from packed integers of few bits";
  let description = [{
    w[k, n] = (u[k, n] - z[g, n]) * scale[g, n], where g = k / group, u has `bits` bits and
    no sign, and z is the group's zero point, 2^(bits - 1) if none is given. Zero points
    are i8 without a sign, or f32. The difference and the product are rounded to f32; with
    integers the difference is exact.

    u lies in planes of i8: 8 bits in one; 4 bits in one, two weights to a byte; 6
    bits in two, the lower 4 bits as before and the upper 2 with four weights to a
    byte. Weights that share a byte are neighbours along k, the first in the lowest
    bits. With S weights to the fullest byte (1, 2, 4) and group = Q * S, the planes
    are [G, Q, N] and, for the lower bits of 6, [G, Q, 2, N]: of a quadruple, the
    byte of the first two weights and that of the last two.

    K is G * group, or less: the last group is padded.

    ```mlir
    %w = nn.dequantize bits = 6 scale(%s) planes(%low, %high)
        : (tensor<4x128xf32>, tensor<4x8x2x128xi8>, tensor<4x8x128xi8>) -> tensor<128x128xf32>
    ```
  }];
  let arguments = (ins I64Attr:$bits, 2DTensorOf<[F32]>:$scale,
                       Optional<2DTensorOf<[I8, F32]>>:$zero_point,
                       Variadic<RankedTensorOf<[I8]>>:$planes);
  let results = (outs 2DTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    `bits` `=` $bits `scale` `(` $scale `)` (`zero_point` `(` $zero_point^ `)`)?
    `planes` `(` $planes `)` attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Returns the number of weights along the reduction that share a scale.
    int64_t getGroup();
    /// Returns true if there are zero points and they are f32.
    bool hasRealZeroPoints();
  }];
}

def NN_PowersOfTwoOp : NN_Op<"powers_of_two", [NN_InfersSizes]> {
  let summary = "a weight matrix as sums of signed powers of two";
  let description = [{
    Element [k, n] is the sum over t of the powers that the codes [t, k, n] represent: 0 is
    zero; otherwise bit 7 is the sign, and bits 0 to 6 hold the exponent plus 64, so that it
    lies in [-63, 63].

    ```mlir
    %w = nn.powers_of_two %codes : tensor<2x128x512xi8> to tensor<128x512xf32>
    ```
  }];
  let arguments = (ins 3DTensorOf<[I8]>:$codes);
  let results = (outs 2DTensorOf<[F32]>:$result);
  let assemblyFormat = "$codes attr-dict `:` type($codes) `to` type($result)";
  let hasVerifier = 1;
}

#endif // TACIT_DIALECT_NN_IR_NNPRODUCTOPS_TD
