//===- MPCMessages.td - The message level of the mpc dialect -*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Below the primitives, each party runs the same program on its own words, the dealer runs
// another, and operations state what they deal, send and receive.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_IR_MPCMESSAGES_TD
#define TACIT_DIALECT_MPC_IR_MPCMESSAGES_TD

include "tacit/Dialect/MPC/IR/MPCDialect.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// Words of 64 bits: elements of the ring, or 64 bits of 64 different elements.
def MPC_Words : AnyTypeOf<[RankedTensorOf<[I64]>, MemRefOf<[I64]>]>;

/// An operation of a party's program, or of the dealer's, that talks to what stands around
/// it. It has an effect, so that its order stays. On tensors it returns what it writes.
class MPC_MessageOp<string mnemonic, list<Trait> traits = []>
    : Op<MPC_Dialect, mnemonic,
         !listconcat([DeclareOpInterfaceMethods<MemoryEffectsOpInterface>], traits)>;

/// One that fills a tensor with words.
class MPC_FillingOp<string mnemonic, string what>
    : MPC_MessageOp<mnemonic, [DestinationStyleOpInterface]> {
  let summary = what;
  let arguments = (ins MPC_MaterialAttr:$source, MPC_Words:$init,
                       OptionalAttr<MPC_PlaceAttr>:$site);
  let results = (outs Optional<RankedTensorOf<[I64]>>:$result);
  let assemblyFormat = [{
    $source `into` $init attr-dict `:` type($init) (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

def MPC_MaterialOp : MPC_FillingOp<"material", "this party's share of what was dealt"> {
  let description = [{
    The sum of both parties' shares, or their exclusive or if the material is `boolean`, is
    the tensor of that number in the dealer's program.

    ```mlir
    %s = mpc.material <id = 7, origin = drawn> into %e : tensor<4x8xi64> -> tensor<4x8xi64>
    ```
  }];
}

def MPC_DrawOp : MPC_FillingOp<"draw", "random words, of which the parties have shares"> {
  let description = [{
    The parties derive their shares from their seeds, so that nothing is sent. Words whose
    origin is `client` or `server` are known to that party, and the share of the other is
    zero.

    ```mlir
    %r = mpc.draw <id = 7, origin = drawn> into %e : tensor<4x8xi64> -> tensor<4x8xi64>
    ```
  }];
}

def MPC_DealOp : MPC_MessageOp<"deal"> {
  let summary = "words that follow from drawn ones, of which the parties get shares";
  let description = [{
    The client derives its share from its seed; the server is sent the rest, of which the
    lowest `bits` bits matter.

    ```mlir
    mpc.deal %w as <id = 8, origin = dealt, bits = 16> : tensor<4x8xi64>
    ```
  }];
  let arguments = (ins MPC_Words:$input, MPC_MaterialAttr:$source,
                       OptionalAttr<MPC_PlaceAttr>:$site);
  let assemblyFormat = "$input `as` $source attr-dict `:` type($input)";
}

def MPC_ExchangeOp
    : MPC_MessageOp<"exchange", [DestinationStyleOpInterface, AttrSizedOperandSegments]> {
  let summary = "messages that leave at the same time, which takes one hop";
  let description = [{
    For each input the party receives what the other party has in its place. A message
    `to_server` or `to_client` goes in this direction only; its sender receives zeros.
    `sites`, if it is there, has one entry for each message: what it is sent for.

    ```mlir
    %y = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [both]
        {sites = [#mpc.place<number = 4, kind = "head", op = "mpc.matmul">]} -> tensor<4xi64>
    ```
  }];
  let arguments = (ins Variadic<MPC_Words>:$inputs, Variadic<MPC_Words>:$inits,
                       DenseI32ArrayAttr:$directions,
                       OptionalAttr<MPC_PlaceArrayAttr>:$sites);
  let results = (outs Variadic<RankedTensorOf<[I64]>>:$results);
  let assemblyFormat = [{
    `ins` `(` $inputs `:` type($inputs) `)` `outs` `(` $inits `:` type($inits) `)`
    custom<Directions>($directions) attr-dict (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); }
    Direction getDirection(unsigned message) {
      return static_cast<Direction>(getDirections()[message]);
    }
  }];
  let hasVerifier = 1;
}

#endif // TACIT_DIALECT_MPC_IR_MPCMESSAGES_TD
