//===- NNMathOps.td - Constants, elementwise, reductions, norms *- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNMATHOPS_TD
#define TACIT_DIALECT_NN_IR_NNMATHOPS_TD

include "tacit/Dialect/NN/IR/NNOpBase.td"

//===----------------------------------------------------------------------===//
// Constants and elementwise operations
//===----------------------------------------------------------------------===//

def NN_ConstantOp
    : NN_Op<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>,
                         NN_InfersElements, NN_InfersSpan]> {
  let summary = "a weight or another constant tensor";
  let description = [{
    Weights are `dense_resource` blobs whose key is the name of the ONNX
    initializer; the text never holds their bytes.

    ```mlir
    %w = nn.constant dense_resource<"blocks.0.fc.weight"> : tensor<128x512xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def NN_NegOp : NN_UnaryOp<"neg", "-x", ["evaluateInteger", "evaluateSize"],
                          [NN_CorrectlyRounded, NN_InfersSpan]>;
def NN_AbsOp : NN_UnaryOp<"abs", "absolute value", ["evaluateInteger", "evaluateSize"],
                          [NN_CorrectlyRounded, NN_InfersSpan]>;
def NN_ExpOp : NN_FloatUnaryOp<"exp", "e to the power of x">;
def NN_LogOp : NN_FloatUnaryOp<"log", "natural logarithm">;
def NN_SinOp : NN_FloatUnaryOp<"sin", "sine of an angle in radians">;
def NN_AtanOp : NN_FloatUnaryOp<"atan", "arc tangent in radians, from -pi/2 to pi/2">;
def NN_CosOp : NN_FloatUnaryOp<"cos", "cosine of an angle in radians">;
def NN_FloorOp : NN_FloatUnaryOp<"floor", "the largest whole number that is at most x",
                                 ["evaluateSize"], [NN_CorrectlyRounded]>;
def NN_CeilOp : NN_FloatUnaryOp<"ceil", "the smallest whole number that is at least x",
                                ["evaluateSize"], [NN_CorrectlyRounded]>;
def NN_RoundOp : NN_FloatUnaryOp<"round", "the nearest whole number, ties to even",
                                 [], [NN_CorrectlyRounded]>;
def NN_SqrtOp : NN_FloatUnaryOp<"sqrt", "square root, correctly rounded", [],
                                [NN_CorrectlyRounded]>;
def NN_ReciprocalOp : NN_FloatUnaryOp<"reciprocal", "1 / x", [], [NN_CorrectlyRounded]>;
def NN_TanhOp : NN_FloatUnaryOp<"tanh", "hyperbolic tangent">;
def NN_ErfOp : NN_FloatUnaryOp<"erf", "error function">;
def NN_SigmoidOp : NN_FloatUnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def NN_ReluOp : NN_FloatUnaryOp<"relu", "max(x, 0)", [], [NN_Site<"Activation">]>;
def NN_SiluOp : NN_FloatUnaryOp<"silu", "x * sigmoid(x)", [], [NN_Site<"Activation">]> {
  let description = [{
    Elementwise; the result has the type of the input. With `beta` it is the Swish
    x * sigmoid(beta x) (Ramachandran et al., arXiv 1710.05941).

    ```mlir
    %y = nn.silu %x {beta = 1.5 : f64} : tensor<1x128x512xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input, OptionalAttr<F64Attr>:$beta);
  let hasVerifier = 1;
}
def NN_MishOp : NN_FloatUnaryOp<"mish", "x * tanh(log(1 + exp(x)))", [],
                                [NN_Site<"Activation">]>;

def NN_GeluOp : NN_Op<"gelu", [Elementwise, SameOperandsAndResultType, NN_Computes<>,
                               NN_Site<"Activation">]> {
  let summary = "Gaussian error linear unit";
  let description = [{
    `erf` is x/2 * (1 + erf(x / sqrt 2)); `tanh` is
    x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))), the form of GPT-2
    (Hendrycks and Gimpel, arXiv 1606.08415, section 2); `sigmoid` is x * sigmoid(1.702 x),
    the other form there, which CLIP has. The others are the approximations of private
    inference: 0 on the left, x on the right, polynomials between.

    - `puma`: degree 3 on [-4, -1.95), degree 6 on [-1.95, 3] (PUMA, arXiv 2307.12533).
    - `bumblebee`: the same polynomials, breaks at -5, -1.97 and 3 (BumbleBee, NDSS 2025).
    - `bolt`: x/2 plus degree 4 in |x|, for |x| up to 2.7 (BOLT, IEEE S&P 2024).
    - `nimbus`: degree 2 on [-1.8, 0.5] (the example of Nimbus, NeurIPS 2024).
    - `quad`: x^2/8 + x/4 + 1/2 for every x (MPCFormer, arXiv 2211.01452).

    docs/Numerics.md has coefficients and errors.

    A model may have been exported with constants in fewer digits. `scale` is then its own
    factor of x in place of 1/sqrt(2), sqrt(2/pi) or 1.702, and `cubic` its own 0.044715.

    ```mlir
    %y = nn.gelu tanh %x : tensor<1x128x512xf32>
    %z = nn.gelu erf %x {scale = 0.7071 : f64} : tensor<1x128x512xf32>
    ```
  }];
  let arguments = (ins NN_GeluKindAttr:$approximation, RankedTensorOf<[AnyFloat]>:$input,
                       OptionalAttr<F64Attr>:$scale, OptionalAttr<F64Attr>:$cubic);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = "custom<PlainEnum>($approximation) $input attr-dict `:` type($input)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Returns the factor of x in the argument of erf, tanh or sigmoid that the function is
    /// defined with.
    static double standardScale(GeluKind kind);
    /// Returns the factor of x in the argument, that of the model or the standard one.
    double scaleOfArgument();
    /// Returns the factor of x^3, likewise.
    double cubicOfArgument();
  }];
}

def NN_AddOp : NN_BinaryOp<"add", "sum", ["evaluateInteger", "evaluateSize"],
                           [NN_CorrectlyRounded, NN_InfersSpan]>;
def NN_SubOp : NN_BinaryOp<"sub", "difference", ["evaluateInteger", "evaluateSize"],
                           [NN_CorrectlyRounded, NN_InfersSpan]>;
def NN_MulOp : NN_BinaryOp<"mul", "product", ["evaluateInteger", "evaluateSize"],
                           [NN_CorrectlyRounded, NN_InfersSpan]>;
def NN_DivOp : NN_BinaryOp<"div", "quotient; integers round toward zero",
                           ["evaluateInteger", "evaluateSize"],
                           [NN_CorrectlyRounded, NN_InfersSpan]>;
def NN_MaximumOp : NN_BinaryOp<"maximum", "the larger one; NaN if either is",
                               ["evaluateInteger", "evaluateSize"], [NN_InfersSpan]>;
def NN_MinimumOp : NN_BinaryOp<"minimum", "the smaller one; NaN if either is",
                               ["evaluateInteger", "evaluateSize"], [NN_InfersSpan]>;

def NN_PowOp : NN_InferredOp<"pow", [NN_Computes<>]> {
  let summary = "lhs to the power of rhs; element types may differ";
  let description = [{
    Elementwise with NumPy broadcasting: shapes are aligned at their last
    dimension, and a dimension of 1 is repeated.
  }];
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$result);
}

def NN_ModOp : NN_BinaryOp<"mod", "the remainder of a division",
                           ["evaluateInteger", "evaluateSize"],
                           [NN_CorrectlyRounded, NN_InfersSpan]> {
  let description = [{
    Integers: the remainder of the division that rounds down, which has the sign
    of `rhs`. Floats: that of the division that rounds toward zero, as C's `fmod`.
    Broadcasts as NumPy does.
  }];
}

/// Two truth values, broadcast against each other.
class NN_LogicalOp<string mnemonic, string what, list<string> methods>
    : NN_BinaryOp<mnemonic, what, methods> {
  let arguments = (ins RankedTensorOf<[I1]>:$lhs, RankedTensorOf<[I1]>:$rhs);
  let results = (outs RankedTensorOf<[I1]>:$result);
}
def NN_AndOp : NN_LogicalOp<"and", "true where both are true", ["evaluateInteger", "evaluateSize"]>;
def NN_OrOp : NN_LogicalOp<"or", "true where at least one operand is true",
                            ["evaluateInteger", "evaluateSize"]>;
def NN_XorOp : NN_LogicalOp<"xor", "true where exactly one operand is true", ["evaluateInteger"]>;

def NN_NotOp : NN_UnaryOp<"not", "true where the input is false",
                          ["evaluateInteger", "evaluateSize"]> {
  let arguments = (ins RankedTensorOf<[I1]>:$input);
  let results = (outs RankedTensorOf<[I1]>:$result);
}

def NN_CompareOp
    : NN_InferredOp<"compare", [NN_Computes<["evaluateInteger", "evaluateSize"]>]> {
  let summary = "elementwise comparison with broadcasting";
  let description = [{
    ```mlir
    %0 = nn.compare eq %a, %b : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1>
    ```
  }];
  let arguments = (ins NN_ComparePredicateAttr:$predicate, AnyRankedTensor:$lhs,
                       AnyRankedTensor:$rhs);
  let results = (outs RankedTensorOf<[I1]>:$result);
  let assemblyFormat = [{
    custom<PlainEnum>($predicate) $lhs `,` $rhs attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let extraClassDefinition = NN_FoldElementwise.definition;
}

def NN_WhereOp
    : NN_InferredOp<"where", [NN_Computes<["evaluateInteger", "evaluateSize"]>,
                              NN_Operands<["Condition", "Data", "Data"]>, NN_InfersSpan]> {
  let summary = "selects between two tensors, element by element";
  let description = "The three operands broadcast against one another.";
  let arguments = (ins RankedTensorOf<[I1]>:$condition, AnyRankedTensor:$true_value,
                       AnyRankedTensor:$false_value);
  let results = (outs AnyRankedTensor:$result);
  let hasFolder = 1;
}

def NN_CastOp : NN_Op<"cast", [Elementwise, SameOperandsAndResultShape,
                               NN_Computes<["evaluateSize"]>, NN_InfersSpan]> {
  let summary = "converts the element type";
  let description = [{
    As ONNX `Cast`: to `i1` is `x != 0`; float to integer rounds toward zero and
    is defined only where the result is representable.
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Reductions and normalisation
//===----------------------------------------------------------------------===//

def NN_ReduceOp : NN_InferredOp<"reduce", [NN_InfersElements, NN_InfersSpan]> {
  let summary = "combines elements along axes";
  let description = [{
    `axes` are distinct, ascending and not negative. With `keep_dims` a reduced
    dimension stays as 1.

    ```mlir
    %m = nn.reduce mean %x axes = [2] keep_dims : (tensor<1x128x64xf32>) -> tensor<1x128x1xf32>
    ```
  }];
  let arguments = (ins NN_ReduceKindAttr:$kind, AnyRankedTensor:$input,
                       DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    custom<PlainEnum>($kind) $input `axes` `=` $axes (`keep_dims` $keep_dims^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def NN_ArgReduceOp : NN_InferredOp<"arg_reduce", [NN_InfersSizes, NN_InfersSpan]> {
  let summary = "the index along an axis of the largest or smallest element";
  let description = [{
    The index is that of the first of several equal elements, or of the `last`; a NaN, if
    there is one, takes precedence. With `keep_dims` the reduced dimension stays as 1.

    ```mlir
    %i = nn.arg_reduce max %x axis = 1 : (tensor<1x64xf32>) -> tensor<1xi64>
    ```
  }];
  let arguments = (ins NN_ArgKindAttr:$kind, AnyRankedTensor:$input, I64Attr:$axis,
                       UnitAttr:$keep_dims, UnitAttr:$last);
  let results = (outs RankedTensorOf<[I64]>:$result);
  let assemblyFormat = [{
    custom<PlainEnum>($kind) $input `axis` `=` $axis (`keep_dims` $keep_dims^)?
    (`last` $last^)? attr-dict `:` functional-type(operands, results)
  }];
}

def NN_TopKOp : NN_InferredOp<"top_k", [NN_InfersSizes, NN_InfersSpan]> {
  let summary = "the k largest (or smallest) elements along an axis, in order";
  let description = [{
    Returns the values and their indices. Of equal elements the one with the lower index
    comes first; NaN counts as larger than every number.

    ```mlir
    %v, %i = nn.top_k %x k = 2 axis = 1 largest
        : (tensor<1x64xf32>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, I64Attr:$k, I64Attr:$axis, UnitAttr:$largest);
  let results = (outs AnyRankedTensor:$values, RankedTensorOf<[I64]>:$indices);
  let assemblyFormat = [{
    $input `k` `=` $k `axis` `=` $axis (`largest` $largest^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_CumSumOp : NN_Op<"cumsum", [SameOperandsAndResultType, NN_InfersSpan]> {
  let summary = "running sums along an axis";
  let description = [{
    Element i is the sum of elements 0 to i, or with `exclusive` of those before i.
    With `reverse` sums run from the end.

    ```mlir
    %p = nn.cumsum %mask axis = 1 exclusive : tensor<1x128xi64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, I64Attr:$axis, UnitAttr:$exclusive,
                       UnitAttr:$reverse);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `axis` `=` $axis (`exclusive` $exclusive^)? (`reverse` $reverse^)? attr-dict
    `:` type($input)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def NN_SoftmaxOp : NN_Op<"softmax", [SameOperandsAndResultType, NN_Site<"Softmax">]> {
  let summary = "exp(x - max) / sum(exp(x - max)) along one axis";
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input, I64Attr:$axis);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = "$input `axis` `=` $axis attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def NN_LayerNormOp
    : NN_Op<"layer_norm", [AttrSizedOperandSegments, AllTypesMatch<["input", "result"]>,
                           NN_Site<"Norm">]> {
  let summary = "layer normalisation over the last dimension";
  let description = [{
    (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon), then times `scale` and plus
    `bias` if given; both have the shape of the last dimension (Ba, Kiros, Hinton, arXiv
    1607.06450, equation 3).

    ```mlir
    %y = nn.layer_norm %x scale(%g) bias(%b) epsilon = 1.000000e-05
        : (tensor<1x128x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x128x64xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input,
                       Optional<RankedTensorOf<[AnyFloat]>>:$scale,
                       Optional<RankedTensorOf<[AnyFloat]>>:$bias, F32Attr:$epsilon);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $input (`scale` `(` $scale^ `)`)? (`bias` `(` $bias^ `)`)? `epsilon` `=` $epsilon
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_RMSNormOp
    : NN_Op<"rms_norm", [AllTypesMatch<["input", "result"]>, NN_Site<"Norm">]> {
  let summary = "root mean square normalisation over the last dimension";
  let description = [{
    x / sqrt(mean(x^2) + epsilon), then times `scale` if given
    (Zhang and Sennrich, arXiv 1910.07467, equation 4).
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input,
                       Optional<RankedTensorOf<[AnyFloat]>>:$scale, F32Attr:$epsilon);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $input (`scale` `(` $scale^ `)`)? `epsilon` `=` $epsilon
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif // TACIT_DIALECT_NN_IR_NNMATHOPS_TD
