//===- MPCOps.td - Operations of the mpc dialect ------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_IR_MPCOPS_TD
#define TACIT_DIALECT_MPC_IR_MPCOPS_TD

include "tacit/Dialect/MPC/IR/MPCDialect.td"
include "tacit/Dialect/MPC/IR/MPCInterfaces.td"
include "tacit/Dialect/MPC/IR/MPCMessages.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

class MPC_Op<string mnemonic, list<Trait> traits = []>
    : Op<MPC_Dialect, mnemonic,
         !listconcat([Pure, DeclareOpInterfaceMethods<MPC_WorkloadOpInterface>], traits)>;

/// An operation whose result type follows from its operands and attributes.
class MPC_InferredOp<string mnemonic, list<Trait> traits = []>
    : MPC_Op<mnemonic, !listconcat([InferTypeOpAdaptor], traits)>;

/// A second operand: a secret, or numbers that both parties know.
def MPC_Operand : AnyTypeOf<[MPC_ShareType, RankedTensorOf<[F32]>]>;

/// One operand and a result of its type.
class MPC_UnaryOp<string mnemonic, string what>
    : MPC_Op<mnemonic, [AllTypesMatch<["input", "result"]>]> {
  let summary = what;
  let arguments = (ins MPC_ShareType:$input);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input))";
}

class MPC_BinaryOp<string mnemonic, string what, list<Trait> traits = [InferTypeOpAdaptor]>
    : MPC_Op<mnemonic, traits> {
  let summary = what;
  let arguments = (ins MPC_ShareType:$lhs, MPC_Operand:$rhs);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

/// A reduction or a movement of the elements of a secret, by `more` attributes.
class MPC_InferredMovementOp<string mnemonic, string what, dag more>
    : MPC_InferredOp<mnemonic> {
  let summary = what;
  let arguments = !con((ins MPC_ShareType:$input), more);
  let results = (outs MPC_ShareType:$result);
}

/// A movement whose result has the shape that its type states.
class MPC_ShapingOp<string mnemonic, string what> : MPC_Op<mnemonic> {
  let summary = what;
  let arguments = (ins MPC_ShareType:$input);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `to` qualified(type($result))";
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "::llvm::ArrayRef<int64_t>":$shape), [{
      auto type = ::llvm::cast<ShareType>(input.getType());
      build($_builder, $_state, type.withShape(shape), input);
    }]>
  ];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Borders
//===----------------------------------------------------------------------===//

def MPC_ShareOp : MPC_Op<"share"> {
  let summary = "turns a value that one party knows into a secret";
  let description = [{
    The party rounds each number to the nearest multiple of 2^-fraction.

    ```mlir
    %x = mpc.share %t from server : tensor<4x8xf32> to !mpc.share<4x8, width = 64, fraction = 18>
    ```
  }];
  let arguments = (ins RankedTensorOf<[F32]>:$input, MPC_PartyAttr:$party);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = [{
    $input `from` custom<PlainEnum>($party) attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "Party":$party, "int64_t":$width,
                   "int64_t":$fraction)>
  ];
  let hasVerifier = 1;
}

def MPC_OneHotOp : MPC_Op<"one_hot"> {
  let summary = "makes secret one-hot rows, at indices that one party knows";
  let description = [{
    The result has one more dimension than the indices, and fraction 0. Its product with a
    table looks up a row without revealing which. An index below zero counts from the end;
    an index outside the table gives zeros.

    ```mlir
    %e = mpc.one_hot %ids from client : tensor<1x128xi64> to !mpc.share<1x128x65, width = 64, fraction = 0>
    ```
  }];
  let arguments = (ins RankedTensorOf<[I32, I64]>:$input, MPC_PartyAttr:$party);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = [{
    $input `from` custom<PlainEnum>($party) attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$indices, "Party":$party, "int64_t":$classes,
                   "int64_t":$width)>
  ];
  let hasVerifier = 1;
}

def MPC_PublicOp : Op<MPC_Dialect, "public", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "discloses a constant to the client, and states the reason";
  let description = [{
    Every constant belongs to the server. This operation is the only way in which the client
    learns one, so that the operations of a program list what is disclosed to it. `name` is
    the name that the ONNX file has for the constant, or the operation to which a constant
    belongs that is not in the file; `reason` is one of these, which `mpc-verify-secrecy`
    proves:

    - `shape`, `index`, `mask`: the constant is used only for shapes, indices (positions,
      bounds of slices) or masks (conditions, excluded scores).
    - `attribute`: a number that follows from an attribute of an operation, as the scale
      of an attention does, or that belongs to the definition of a function.
    - `listed`: the user allows it, by the option `public` of the pass, which is
      `--public NAME` on the command line.

    ```mlir
    %keep = mpc.public %c as mask "h.0.attn.bias" : tensor<8x8xi1>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, MPC_ReasonAttr:$reason,
                       OptionalAttr<StrAttr>:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `as` `` $reason ($name^)? attr-dict `:` qualified(type($input))
  }];
}

def MPC_RevealOp : MPC_InferredOp<"reveal"> {
  let summary = "reveals a secret to a party";
  let arguments = (ins MPC_ShareType:$input, MPC_PartyAttr:$party);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    $input `to` custom<PlainEnum>($party) attr-dict `:` qualified(type($input)) `->`
    qualified(type($result))
  }];
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

def MPC_AddOp : MPC_BinaryOp<"add", "sum, with broadcasting"> {
  let description = "Two secrets have the same fraction; public numbers are rounded to it.";
}
def MPC_SubOp : MPC_BinaryOp<"sub", "difference, with broadcasting"> {
  let description = "Two secrets have the same fraction; public numbers are rounded to it.";
}
def MPC_NegOp : MPC_UnaryOp<"neg", "-x">;

def MPC_MulOp : MPC_BinaryOp<"mul", "product of elements, with broadcasting", []> {
  let description = [{
    The result has the sum of the fractions. A public factor is rounded to the
    fraction that this leaves to it; that product is local.
  }];
  let builders = [
    /// A factor that is a share has a fraction of its own.
    OpBuilder<(ins "::mlir::Value":$lhs, "::mlir::Value":$rhs,
                   CArg<"int64_t", "0">:$publicFraction)>
  ];
  let hasVerifier = 1;
}

def MPC_SquareOp : MPC_InferredOp<"square"> {
  let summary = "square of each element, with twice the fraction";
  let arguments = (ins MPC_ShareType:$input);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `to` qualified(type($result))";
}

def MPC_MatmulOp : MPC_BinaryOp<"matmul", "matrix product with broadcast leading dimensions"> {
  let description = [{
    [..., M, K] by [..., K, N] gives [..., M, N], of the sum of the fractions. Both
    operands are secret.
  }];
}

def MPC_TruncateOp : MPC_Op<"truncate"> {
  let summary = "drops bits of the fraction";
  let description = [{
    The result is the number with the fraction of its type, with an error of at most one
    unit in the last place (the exact error depends on the protocol).
  }];
  let arguments = (ins MPC_ShareType:$input);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `to` qualified(type($result))";
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "int64_t":$fraction), [{
      auto type = ::llvm::cast<ShareType>(input.getType());
      build($_builder, $_state, type.withFraction(fraction), input);
    }]>
  ];
  let hasVerifier = 1;
}

def MPC_SumOp : MPC_InferredMovementOp<"sum", "sum along axes, which stay as 1",
                               (ins DenseI64ArrayAttr:$axes)> {
  let assemblyFormat = [{
    $input `axes` `=` $axes attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
}

def MPC_MaxOp : MPC_InferredMovementOp<"max", "the largest element along an axis, which stays as 1",
                               (ins I64Attr:$axis)> {
  let assemblyFormat = [{
    $input `axis` `=` $axis attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
}

def MPC_IsNegativeOp : MPC_InferredOp<"is_negative"> {
  let summary = "1 where an element is below zero, otherwise 0, with fraction 0";
  let arguments = (ins MPC_ShareType:$input);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `to` qualified(type($result))";
}

def MPC_MsbOp : MPC_InferredOp<"msb"> {
  let summary = "most significant bit of each element: set where it is below zero";
  let description = [{
    ```mlir
    %s = mpc.msb %x : !mpc.share<4x8, width = 64, fraction = 16> to !mpc.bits<4x8>
    ```
  }];
  let arguments = (ins MPC_ShareType:$input);
  let results = (outs MPC_BitsType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `to` qualified(type($result))";
}

def MPC_B2AOp : MPC_Op<"b2a"> {
  let summary = "turns bits into numbers: boolean shares into arithmetic ones";
  let description = [{
    Of a bit that is set the result is 1, otherwise 0, with fraction 0.

    ```mlir
    %n = mpc.b2a %s : !mpc.bits<4x8> to !mpc.share<4x8, width = 64, fraction = 0>
    ```
  }];
  let arguments = (ins MPC_BitsType:$input);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `to` qualified(type($result))";
  let builders = [OpBuilder<(ins "::mlir::Value":$bits, "int64_t":$width)>];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

def MPC_ReluOp : MPC_UnaryOp<"relu", "max(x, 0)">;
def MPC_ExpOp : MPC_UnaryOp<"exp", "e to the power of x">;
def MPC_ReciprocalOp : MPC_UnaryOp<"reciprocal", "1 / x for positive x">;

def MPC_RsqrtOp : MPC_Op<"rsqrt", [AllTypesMatch<["input", "result"]>]> {
  let summary = "1 / sqrt(x) for positive x";
  let description = [{
    Computed by `steps` steps of Newton's method, from 1 to 64. Each step multiplies a value
    that is too small by up to 1.5: the fewer steps, the larger x must be.

    ```mlir
    %y = mpc.rsqrt %x steps = 6 : !mpc.share<4x1, width = 64, fraction = 18>
    ```
  }];
  let arguments = (ins MPC_ShareType:$input, DefaultValuedAttr<I64Attr, "3">:$steps);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = [{
    $input (`steps` `=` $steps^)? attr-dict `:` qualified(type($input))
  }];
  let hasVerifier = 1;
}

def MPC_SigmoidOp : MPC_UnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def MPC_TanhOp : MPC_UnaryOp<"tanh", "hyperbolic tangent">;
def MPC_SiluOp : MPC_UnaryOp<"silu", "x * sigmoid(x)">;

def MPC_IsOneFunction : AttrConstraint<
    CPred<"::tacit::mpc::isOneFunction("
          "::llvm::cast<::tacit::mpc::GeluKindAttr>($_self).getValue())">,
    "other than sigmoid, which is a product with mpc.sigmoid">;

def MPC_GeluOp : MPC_Op<"gelu", [AllTypesMatch<["input", "result"]>]> {
  let summary = "Gaussian error linear unit, or what stands for it";
  let description = [{
    The kinds are those of `nn.gelu` but for `sigmoid`, which is a product with
    `mpc.sigmoid`.
  }];
  let arguments = (ins MPC_ShareType:$input,
                       ConfinedAttr<MPC_GeluKindAttr, [MPC_IsOneFunction]>:$kind);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "custom<PlainEnum>($kind) $input attr-dict `:` qualified(type($input))";
}

def MPC_SoftmaxOp : MPC_Op<"softmax", [AllTypesMatch<["input", "result"]>]> {
  let summary = "exp(x - max) / sum(exp(x - max)) along one axis";
  let description = [{
    `keep`, if given, is public: 1 where an element takes part, 0 where it does not and its
    result is 0. It broadcasts to the input.
  }];
  let arguments = (ins MPC_ShareType:$input, Optional<RankedTensorOf<[F32]>>:$keep, I64Attr:$axis);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = [{
    $input (`keep` `(` $keep^ `:` qualified(type($keep)) `)`)? `axis` `=` $axis attr-dict
    `:` qualified(type($input))
  }];
  let hasVerifier = 1;
}

class MPC_NormOp<string mnemonic, string what>
    : MPC_Op<mnemonic, [AllTypesMatch<["input", "result"]>]> {
  let summary = what;
  let description = "Scale and bias are separate operations.";
  let arguments = (ins MPC_ShareType:$input, F32Attr:$epsilon);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = "$input `epsilon` `=` $epsilon attr-dict `:` qualified(type($input))";
  let hasVerifier = 1;
}
def MPC_LayerNormOp
    : MPC_NormOp<"layer_norm", "(x - mean) / sqrt(variance + epsilon) along the last axis">;
def MPC_RMSNormOp : MPC_NormOp<"rms_norm", "x / sqrt(mean(x^2) + epsilon) along the last axis">;

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

def MPC_ReshapeOp : MPC_ShapingOp<"reshape", "the same elements in another shape">;
def MPC_TransposeOp : MPC_InferredMovementOp<"transpose", "permutes dimensions",
                                     (ins DenseI64ArrayAttr:$permutation)> {
  let assemblyFormat = [{
    $input $permutation attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
}
def MPC_SliceOp : MPC_InferredMovementOp<"slice", "a strided part, as nn.slice",
                                 (ins DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$ends,
                                  DenseI64ArrayAttr:$steps)> {
  let assemblyFormat = [{
    $input $starts `to` $ends `step` $steps attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
}
def MPC_PackOp : MPC_InferredMovementOp<"pack", "ranges of rows, one after another",
                                 (ins DenseI64ArrayAttr:$begins,
                                  DenseI64ArrayAttr:$ends)> {
  let description = [{
    Of row i, along the last dimension, the elements from `begins[i]` up to `ends[i]`,
    without the latter, are kept. The last two dimensions become one. Scores of which a mask
    that both parties know excludes some, as the upper triangle, take no part in what
    follows.

    ```mlir
    %p = mpc.pack %x [0, 0] to [1, 2] : !mpc.share<4x2x2, width = 64, fraction = 18> to !mpc.share<4x3, width = 64, fraction = 18>
    ```
  }];
  let assemblyFormat = [{
    $input $begins `to` $ends attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
}
def MPC_UnpackOp : MPC_InferredMovementOp<"unpack", "rows of ranges, with zeros elsewhere",
                                   (ins DenseI64ArrayAttr:$begins,
                                    DenseI64ArrayAttr:$ends, I64Attr:$columns)> {
  let description = [{
    The inverse of `mpc.pack`: the rows have `columns` elements, and those that are in no
    range are zero, as both parties know.

    ```mlir
    %x = mpc.unpack %p [0, 0] to [1, 2] of 2 : !mpc.share<4x3, width = 64, fraction = 18> to !mpc.share<4x2x2, width = 64, fraction = 18>
    ```
  }];
  let assemblyFormat = [{
    $input $begins `to` $ends `of` $columns attr-dict `:` qualified(type($input)) `to`
    qualified(type($result))
  }];
}
def MPC_ExpandOp : MPC_ShapingOp<"expand", "repeats dimensions of 1">;
def MPC_ConcatOp : MPC_InferredOp<"concat"> {
  let summary = "joins secrets along one axis";
  let arguments = (ins Variadic<MPC_ShareType>:$inputs, I64Attr:$axis);
  let results = (outs MPC_ShareType:$result);
  let assemblyFormat = [{
    $inputs `axis` `=` $axis attr-dict `:` functional-type(operands, results)
  }];
}

#endif // TACIT_DIALECT_MPC_IR_MPCOPS_TD
