//===- NNOps.td - Operations of the nn dialect --------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNOPS_TD
#define TACIT_DIALECT_NN_IR_NNOPS_TD

include "tacit/Dialect/NN/IR/NNDialect.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

class NN_Op<string mnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, mnemonic, !listconcat([Pure], traits)>;

/// An operation whose result type follows from its operands and attributes.
/// The stated type may be a refinement of the inferred one, or the reverse: only
/// two dimensions that are both known and differ are an error.
class NN_InferredOp<string mnemonic, list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat(traits, [DeclareOpInterfaceMethods<
          InferTypeOpInterface>])> {
  let extraClassDeclaration = [{
    static bool isCompatibleReturnTypes(::mlir::TypeRange lhs, ::mlir::TypeRange rhs) {
      return areCompatibleShapes(lhs, rhs);
    }
  }];
  let assemblyFormat = [{
    operands attr-dict `:` functional-type(operands, results)
  }];
}

class NN_UnaryOp<string mnemonic, string what>
    : NN_Op<mnemonic, [Elementwise, SameOperandsAndResultType]> {
  let summary = what;
  let description = "Elementwise; the result has the type of the input.";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

class NN_FloatUnaryOp<string mnemonic, string what>
    : NN_UnaryOp<mnemonic, what> {
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
}

/// Two operands of one element type, broadcast against each other.
class NN_BinaryOp<string mnemonic, string what>
    : NN_InferredOp<mnemonic> {
  let summary = what;
  let description = [{
    Elementwise with NumPy broadcasting: shapes are aligned at their last
    dimension, and a dimension of 1 is repeated.
  }];
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$result);
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Constants and elementwise operations
//===----------------------------------------------------------------------===//

def NN_ConstantOp : NN_Op<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
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

def NN_NegOp : NN_UnaryOp<"neg", "-x">;
def NN_AbsOp : NN_UnaryOp<"abs", "absolute value">;
def NN_ExpOp : NN_FloatUnaryOp<"exp", "e to the power of x">;
def NN_SqrtOp : NN_FloatUnaryOp<"sqrt", "square root, correctly rounded">;
def NN_ReciprocalOp : NN_FloatUnaryOp<"reciprocal", "1 / x">;
def NN_TanhOp : NN_FloatUnaryOp<"tanh", "hyperbolic tangent">;
def NN_ErfOp : NN_FloatUnaryOp<"erf", "error function">;
def NN_SigmoidOp : NN_FloatUnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def NN_ReluOp : NN_FloatUnaryOp<"relu", "max(x, 0)">;
def NN_SiluOp : NN_FloatUnaryOp<"silu", "x * sigmoid(x)">;

def NN_GeluOp : NN_Op<"gelu", [Elementwise, SameOperandsAndResultType]> {
  let summary = "Gaussian error linear unit";
  let description = [{
    `erf` is x/2 * (1 + erf(x / sqrt 2)); `tanh` is
    x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))), the form of GPT-2
    (Hendrycks and Gimpel, arXiv 1606.08415, section 2). The others are what private
    inference puts in its place: 0 on the left, x on the right, polynomials between.

    - `puma`: degree 3 on [-4, -1.95), degree 6 on [-1.95, 3] (PUMA, arXiv 2307.12533).
    - `bumblebee`: the same polynomials, breaks at -5, -1.97 and 3 (BumbleBee, NDSS 2025).
    - `bolt`: x/2 plus degree 4 in |x|, for |x| up to 2.7 (BOLT, IEEE S&P 2024).
    - `nimbus`: degree 2 on [-1.8, 0.5] (the example of Nimbus, NeurIPS 2024).
    - `quad`: x^2/8 + x/4 + 1/2 for every x (MPCFormer, arXiv 2211.01452).

    docs/Numerics.md has coefficients and errors.

    ```mlir
    %y = nn.gelu tanh %x : tensor<1x128x512xf32>
    ```
  }];
  let arguments = (ins NN_GeluKindAttr:$approximation, RankedTensorOf<[AnyFloat]>:$input);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = "custom<PlainEnum>($approximation) $input attr-dict `:` type($input)";
}

def NN_AddOp : NN_BinaryOp<"add", "sum">;
def NN_SubOp : NN_BinaryOp<"sub", "difference">;
def NN_MulOp : NN_BinaryOp<"mul", "product">;
def NN_DivOp : NN_BinaryOp<"div", "quotient; integers round toward zero">;
def NN_PowOp : NN_BinaryOp<"pow", "lhs to the power of rhs; element types may differ">;
def NN_MaximumOp : NN_BinaryOp<"maximum", "the larger one; NaN if either is">;
def NN_MinimumOp : NN_BinaryOp<"minimum", "the smaller one; NaN if either is">;

def NN_CompareOp : NN_InferredOp<"compare"> {
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
}

def NN_WhereOp : NN_InferredOp<"where"> {
  let summary = "chooses between two tensors, element by element";
  let description = "The three operands broadcast against one another.";
  let arguments = (ins RankedTensorOf<[I1]>:$condition, AnyRankedTensor:$true_value,
                       AnyRankedTensor:$false_value);
  let results = (outs AnyRankedTensor:$result);
  let hasFolder = 1;
}

def NN_CastOp : NN_Op<"cast", [Elementwise, SameOperandsAndResultShape]> {
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

def NN_ReduceOp : NN_InferredOp<"reduce"> {
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
}

def NN_SoftmaxOp : NN_Op<"softmax", [SameOperandsAndResultType]> {
  let summary = "exp(x - max) / sum(exp(x - max)) along one axis";
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input, I64Attr:$axis);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = "$input `axis` `=` $axis attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def NN_LayerNormOp
    : NN_Op<"layer_norm", [AttrSizedOperandSegments, AllTypesMatch<["input", "result"]>]> {
  let summary = "layer normalisation over the last dimension";
  let description = [{
    (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon), then times `scale`
    and plus `bias` where given; both have the shape of the last dimension
    (Ba, Kiros, Hinton, arXiv 1607.06450, equation 3).

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

def NN_RMSNormOp : NN_Op<"rms_norm", [AllTypesMatch<["input", "result"]>]> {
  let summary = "root mean square normalisation over the last dimension";
  let description = [{
    x / sqrt(mean(x^2) + epsilon), then times `scale` where given
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

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

def NN_MatmulOp : NN_InferredOp<"matmul"> {
  let summary = "matrix product with broadcast leading dimensions";
  let description = [{
    As NumPy's `matmul`: [..., M, K] by [..., K, N] gives [..., M, N]. An operand of
    one dimension is a row (left) or a column (right), and that dimension is
    absent from the result.
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$lhs, RankedTensorOf<[AnyFloat]>:$rhs,
                       OptionalAttr<NN_MultiplierAttr>:$multiplier);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`multiplier` `(` $multiplier^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_LinearOp : NN_InferredOp<"linear"> {
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
  let hasVerifier = 1;
}

def NN_AttentionOp : NN_InferredOp<"attention"> {
  let summary = "scaled dot-product attention";
  let description = [{
    softmax(scale * Q K^T, masked, along the keys) V
    (Vaswani et al., arXiv 1706.03762, equation 1).

    `query` is [..., M, D], `key` [..., N, D], `value` [..., N, E]; the result is
    [..., M, E]. Leading dimensions are equal. `mask` broadcasts against
    [..., M, N]. A float mask is added to the scaled scores. A boolean mask keeps
    a score where it is true and puts `fill` there where it is false; `fill` is
    given exactly when the mask is boolean.

    ```mlir
    %y = nn.attention %q, %k, %v mask(%m) scale = 1.250000e-01 fill = -1.000000e+09
        : (tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<8x8xi1>)
        -> tensor<1x4x8x64xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$query, RankedTensorOf<[AnyFloat]>:$key,
                       RankedTensorOf<[AnyFloat]>:$value, Optional<AnyRankedTensor>:$mask,
                       F32Attr:$scale, OptionalAttr<F32Attr>:$fill,
                       OptionalAttr<NN_MultiplierAttr>:$multiplier);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` `(` $mask^ `)`)? `scale` `=` $scale
    (`fill` `=` $fill^)? (`multiplier` `(` $multiplier^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Weights of few bits
//===----------------------------------------------------------------------===//

def NN_DequantizeOp : NN_Op<"dequantize", [AttrSizedOperandSegments]> {
  let summary = "a weight matrix from packed integers of few bits";
  let description = [{
    w[k, n] = (u[k, n] - z[g, n]) * scale[g, n], where g = k / group, u has `bits`
    bits and no sign, and z is the group's zero point, 2^(bits - 1) where none is
    given. The difference is exact, the product is one f32 rounding.

    u lies in planes of i8: 8 bits in one; 4 bits in one, two weights to a byte; 6
    bits in two, the lower 4 bits as before and the upper 2 with four weights to a
    byte. Weights that share a byte are neighbours along k, the first in the lowest
    bits. With S weights to the fullest byte (1, 2, 4) and group = Q * S, the planes
    are [G, Q, N] and, for the lower bits of 6, [G, Q, 2, N]: of a quadruple, the
    byte of the first two weights and that of the last two.

    K is G * group, or less: the last group is filled up.

    ```mlir
    %w = nn.dequantize bits = 6 scale(%s) planes(%low, %high)
        : (tensor<4x128xf32>, tensor<4x8x2x128xi8>, tensor<4x8x128xi8>) -> tensor<128x128xf32>
    ```
  }];
  let arguments = (ins I64Attr:$bits, 2DTensorOf<[F32]>:$scale,
                       Optional<2DTensorOf<[I8]>>:$zero_point,
                       Variadic<RankedTensorOf<[I8]>>:$planes);
  let results = (outs 2DTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    `bits` `=` $bits `scale` `(` $scale `)` (`zero_point` `(` $zero_point^ `)`)?
    `planes` `(` $planes `)` attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Weights along the reduction that share a scale.
    int64_t getGroup();
  }];
}

def NN_PowersOfTwoOp : NN_Op<"powers_of_two"> {
  let summary = "a weight matrix as sums of signed powers of two";
  let description = [{
    Element [k, n] is the sum over t of the powers that the codes [t, k, n] stand
    for: 0 is zero; otherwise bit 7 is the sign, and bits 0 to 6 hold the exponent
    plus 64, so that it lies in [-63, 63].

    ```mlir
    %w = nn.powers_of_two %codes : tensor<2x128x512xi8> to tensor<128x512xf32>
    ```
  }];
  let arguments = (ins 3DTensorOf<[I8]>:$codes);
  let results = (outs 2DTensorOf<[F32]>:$result);
  let assemblyFormat = "$codes attr-dict `:` type($codes) `to` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Movement and shapes
//===----------------------------------------------------------------------===//

def NN_GatherOp : NN_InferredOp<"gather"> {
  let summary = "picks slices of a tensor by index";
  let description = [{
    The result's shape is that of `data` with dimension `axis` replaced by the
    shape of `indices`. An index in [-n, -1] counts from the end; one outside
    [-n, n-1] is outside the model's domain and is refused at run time where it
    comes from an input.
  }];
  let arguments = (ins AnyRankedTensor:$data, RankedTensorOf<[I32, I64]>:$indices, I64Attr:$axis);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $data `,` $indices `axis` `=` $axis attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def NN_SliceOp : NN_InferredOp<"slice"> {
  let summary = "a strided part of a tensor, bounds known";
  let description = [{
    One entry per dimension. `starts` lies in [0, n]; with a positive step `ends`
    lies in [start, n], with a negative one in [-1, start], where -1 means past the
    first element. A dimension that is not sliced has start 0, step 1, and end n,
    or `ends` = 9223372036854775807 where n is free.
  }];
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$starts,
                       DenseI64ArrayAttr:$ends, DenseI64ArrayAttr:$steps);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $starts `to` $ends `step` $steps attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def NN_DynamicSliceOp : NN_Op<"dynamic_slice"> {
  let summary = "a strided part of a tensor, bounds computed";
  let description = [{
    ONNX `Slice` whose bounds follow from dimensions that are not known yet:
    `starts`, `ends` and `steps` hold one number per entry of `axes`, negative ones
    count from the end, and out-of-range ones are clamped. Becomes `nn.slice` once
    the bounds are constants.
  }];
  let arguments = (ins AnyRankedTensor:$input, RankedTensorOf<[I64]>:$starts,
                       RankedTensorOf<[I64]>:$ends, RankedTensorOf<[I64]>:$steps,
                       DenseI64ArrayAttr:$axes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `,` $starts `,` $ends `,` $steps `axes` `=` $axes attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_ConcatOp : NN_InferredOp<"concat"> {
  let summary = "joins tensors along one axis";
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, I64Attr:$axis);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $inputs `axis` `=` $axis attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def NN_ReshapeOp : NN_Op<"reshape"> {
  let summary = "the same elements in another shape";
  let description = [{
    The result type says the shape. Where dimensions are not known, the k-th free
    dimension of the result is the k-th free dimension of the input, and the
    known ones have equal products.
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def NN_DynamicReshapeOp : NN_Op<"dynamic_reshape"> {
  let summary = "the same elements in a computed shape";
  let description = [{
    ONNX `Reshape` whose shape follows from dimensions that are not known yet:
    -1 stands for what is left over, 0 for the dimension of the input. Becomes
    `nn.reshape` once the shape is constant.
  }];
  let arguments = (ins AnyRankedTensor:$input, RankedTensorOf<[I64]>:$shape);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `,` $shape attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_TransposeOp : NN_InferredOp<"transpose"> {
  let summary = "permutes dimensions";
  let description = "Dimension i of the result is dimension `permutation[i]` of the input.";
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $permutation attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def NN_ExpandOp : NN_Op<"expand"> {
  let summary = "repeats dimensions of 1 to fill the result's shape";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def NN_DynamicExpandOp : NN_Op<"dynamic_expand"> {
  let summary = "repeats dimensions of 1 to fill a computed shape";
  let description = [{
    ONNX `Expand` whose shape follows from dimensions that are not known yet. The
    input and the shape broadcast against each other.
  }];
  let arguments = (ins AnyRankedTensor:$input, RankedTensorOf<[I64]>:$shape);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `,` $shape attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_ShapeOfOp : NN_InferredOp<"shape_of"> {
  let summary = "the dimensions of a tensor";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs RankedTensorOf<[I64]>:$result);
  let hasFolder = 1;
}

def NN_RangeOp : NN_Op<"range"> {
  let summary = "start, start + delta, ... below (or above) limit";
  let description = "The operands hold one element each, of the result's element type.";
  let arguments = (ins AnyRankedTensor:$start, AnyRankedTensor:$limit,
                       AnyRankedTensor:$delta);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $start `,` $limit `,` $delta attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

#endif // TACIT_DIALECT_NN_IR_NNOPS_TD
