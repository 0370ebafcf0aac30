//===- MPCDialect.td - The mpc dialect ----------------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_IR_MPCDIALECT_TD
#define TACIT_DIALECT_MPC_IR_MPCDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "tacit/Dialect/MPC/IR/MPCEnums.td"
include "tacit/Numerics/Gelu.td"

def MPC_Dialect : Dialect {
  let name = "mpc";
  let cppNamespace = "::tacit::mpc";
  let summary = "A model under secure two-party computation, on additive shares";
  let description = [{
    Two parties, semi-honest: the client owns the input, the server the weights; both
    know the architecture, and the client learns the result. A secret is a tensor of
    fixed-point numbers, each of which the parties hold as two words whose sum in the
    ring of integers modulo 2^width is the number times 2^fraction.

    A program mixes four kinds of values. `!mpc.share` is secret, and `!mpc.bits` is where a
    protocol computes with bits. A value that follows from
    the inputs of @main alone is known to the client, and one that follows from constants to
    the server: both are plain tensors, computed by `nn` operations on the side of the party
    that knows them. A constant that both know has passed `mpc.public`, which states the
    reason; values that follow from such constants alone are public as well.

    Secrets begin at `mpc.share` and `mpc.one_hot` and end at `mpc.reveal`; the pass
    `mpc-verify-secrecy` proves that they leave in no other way.

    The operations come in two layers. Whole functions (`mpc.softmax`, `mpc.gelu`,
    `mpc.layer_norm`, ...) are the subject of published measurements; `mpc-expand` expands
    them into the primitives of a protocol whose costs are formulas. A multiplication
    doubles the fraction; `mpc.truncate` reduces it again.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def MPC_ShareType : TypeDef<MPC_Dialect, "Share", [ShapedTypeInterface]> {
  let mnemonic = "share";
  let summary = "a secret tensor of fixed-point numbers";
  let description = [{
    Dimensions are known; a single number has none and is written `scalar`. `width` is the
    number of bits of the ring, 2 to 128; `fraction` is the number of bits behind the binary
    point, less than `width`. A bit as a
    number has fraction 0.

    A share is a shaped type; its elements are words of the ring, integers of `width`
    bits.

    ```mlir
    !mpc.share<4x8, width = 64, fraction = 18>
    !mpc.share<scalar, width = 64, fraction = 0>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "int64_t":$width,
                        "int64_t":$fraction);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    using ::mlir::ShapedType::Trait<ShareType>::clone;

    /// An element is a word of the ring.
    ::mlir::Type getElementType() const;
    bool hasRank() const { return true; }
    /// Keeps the fraction; the ring has the width of `word`, which is an integer type.
    ::mlir::ShapedType cloneWith(::std::optional<::llvm::ArrayRef<int64_t>> shape,
                                 ::mlir::Type word) const;

    /// Return the type of the same numbers with another shape, or another fraction.
    ShareType withShape(::llvm::ArrayRef<int64_t> shape) const;
    ShareType withFraction(int64_t fraction) const;
  }];
}

def MPC_BitsType : TypeDef<MPC_Dialect, "Bits", [ShapedTypeInterface]> {
  let mnemonic = "bits";
  let summary = "a secret tensor of bits";
  let description = [{
    Each party has a boolean share: a bit for each element, and the exclusive or of both
    parties' bits is the element. `mpc.msb` makes bits of arithmetic shares, and `mpc.b2a`
    makes arithmetic shares of bits; a share of the one kind is never taken for one of the
    other. Shapes are as those of `!mpc.share`.

    ```mlir
    !mpc.bits<4x8>
    !mpc.bits<scalar>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    using ::mlir::ShapedType::Trait<BitsType>::clone;

    ::mlir::Type getElementType() const;
    bool hasRank() const { return true; }
    /// The elements stay bits.
    ::mlir::ShapedType cloneWith(::std::optional<::llvm::ArrayRef<int64_t>> shape,
                                 ::mlir::Type bit) const;
  }];
}

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

class MPC_EnumAttr<EnumInfo enum, string mnemonic> : EnumAttr<MPC_Dialect, enum, mnemonic> {
  let cppNamespace = "::tacit::mpc";
}

def MPC_PartyAttr : MPC_EnumAttr<MPC_Party, "party">;
def MPC_ReasonAttr : MPC_EnumAttr<MPC_Reason, "reason"> {
  let assemblyFormat = "$value";
}
def MPC_GeluKindAttr : MPC_EnumAttr<GeluKind, "gelu_kind">;
def MPC_RoleAttr : MPC_EnumAttr<MPC_Role, "role">;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def MPC_SiteAttr : AttrDef<MPC_Dialect, "Site"> {
  let mnemonic = "site";
  let summary = "where in the model an operation comes from";
  let description = [{
    The discardable attribute `mpc.site` on operations: the transformer block (-1 outside
    all blocks) and, on matrix products, their purpose. Published costs that are stated for
    a whole block are distributed over its operations by it. The parts of an expanded
    function name it in `of`, so that a report can add them up.

    ```mlir
    mpc.site = #mpc.site<block = 3, role = feed_forward>
    mpc.site = #mpc.site<block = 3, role = other, of = "gelu">
    ```
  }];
  let parameters = (ins "int64_t":$block, EnumParameter<MPC_Role>:$role,
                        StringRefParameter<"the whole function", [{""}]>:$of);
  let builders = [AttrBuilder<(ins "int64_t":$block, "::tacit::mpc::Role":$role), [{
    return $_get($_ctxt, block, role, "");
  }]>];
  let assemblyFormat = [{
    `<` `block` `=` $block `,` `role` `=` $role (`,` `of` `=` $of^)? `>`
  }];
}

def MPC_CostAttr : AttrDef<MPC_Dialect, "Cost"> {
  let mnemonic = "cost";
  let summary = "what an operation sends";
  let description = [{
    The discardable attribute `mpc.cost`, put there by `mpc-annotate-costs`: bytes
    from the client to the server and back, or only their sum (`total`) if a source gives no
    directions; bytes that are sent before the input is known, and once for a session; the
    hops (dependent one-way messages; a simultaneous exchange is one) of this operation and
    the hop at which it begins, -1 if a source gives none; the rounds of an engine that does
    one thing after the other; and the source of the figures.

    ```mlir
    mpc.cost = #mpc.cost<total = 393216, to_server = 196608, to_client = 196608,
                         offline = 589824, hops = 1, rounds = 1, start = 4, basis = "formula K3">
    ```
  }];
  let parameters = (ins "int64_t":$total, DefaultValuedParameter<"int64_t", "-1">:$to_server,
                        DefaultValuedParameter<"int64_t", "-1">:$to_client,
                        DefaultValuedParameter<"int64_t", "-1">:$offline,
                        DefaultValuedParameter<"int64_t", "-1">:$setup,
                        DefaultValuedParameter<"int64_t", "-1">:$hops,
                        DefaultValuedParameter<"int64_t", "-1">:$rounds,
                        DefaultValuedParameter<"int64_t", "-1">:$start,
                        StringRefParameter<"where the figures come from">:$basis);
  let assemblyFormat = "`<` struct(params) `>`";
}

def MPC_MaterialAttr : AttrDef<MPC_Dialect, "Material"> {
  let mnemonic = "material";
  let summary = "what the dealer deals under one number";
  let description = [{
    The number `id`; where the words come from: drawn at random for both parties, or for one
    that knows them, or dealt because they follow from others; how many of their lowest
    `bits` matter; whether the shares are combined by exclusive or (`boolean`), and whether
    the words are the same in all inferences of a session (`session`).

    ```mlir
    #mpc.material<id = 8, origin = dealt, bits = 16>
    ```
  }];
  let parameters = (ins "int64_t":$id, EnumParameter<MPC_Origin>:$origin,
                        DefaultValuedParameter<"int64_t", "64">:$bits,
                        DefaultValuedParameter<"bool", "false">:$boolean,
                        DefaultValuedParameter<"bool", "false">:$session);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def MPC_PlaceAttr : AttrDef<MPC_Dialect, "Place"> {
  let mnemonic = "place";
  let summary = "the operation of the model for which something is sent or dealt";
  let description = [{
    `number` is the position of the operation in the body of the @main from which
    `convert-mpc-to-parties` wrote the programs, so that messages can be added up for each
    operation. `kind` is what the operation is for, as in reports; `op` is its name; `site`
    and `node` are the name of the site and of the ONNX node, if they have one.

    ```mlir
    #mpc.place<number = 17, kind = "gelu", op = "mpc.truncate",
               site = "layers.0.ffn.activation", node = "/blocks.0/Gelu">
    ```
  }];
  let parameters = (ins "int64_t":$number, StringRefParameter<"what it is for">:$kind,
                        StringRefParameter<"the operation">:$op,
                        StringRefParameter<"the site", [{""}]>:$site,
                        StringRefParameter<"the ONNX node", [{""}]>:$node);
  let assemblyFormat = "`<` struct(params) `>`";
}

def MPC_PlaceArrayAttr : TypedArrayAttrBase<MPC_PlaceAttr, "array of places">;

#endif // TACIT_DIALECT_MPC_IR_MPCDIALECT_TD
