//===- NNImageOps.td - Convolution and pooling --------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNIMAGEOPS_TD
#define TACIT_DIALECT_NN_IR_NNIMAGEOPS_TD

include "tacit/Dialect/NN/IR/NNOpBase.td"

def NN_PoolKindAttr : NN_EnumAttr<NN_PoolKind, "pool_kind">;

def NN_ConvOp
    : NN_InferredOp<"conv", [NN_InfersSizes,
                             NN_Operands<["Data", "Parameter", "Parameter"]>]> {
  let summary = "convolution (a correlation, as in ONNX) in any number of dimensions";
  let description = [{
    `input` is [N, C, D1, ...], `weight` [M, C / group, K1, ...]; the result is
    [N, M, O1, ...]. `strides`, `pads_low`, `pads_high` and `dilations` have one entry
    per spatial dimension, and Oi = (Di + low + high - ((Ki - 1) * dilation + 1)) /
    stride + 1, rounded down. Padding is zero. Output channel m belongs to group
    m / (M / group) and reads the channels of that group only. `bias` has M elements.

    ```mlir
    %y = nn.conv %x, %w bias(%b) strides = [4, 4] pads_low = [0, 0] pads_high = [0, 0]
         dilations = [1, 1] group = 1
        : (tensor<1x3x32x32xf32>, tensor<64x3x4x4xf32>, tensor<64xf32>) -> tensor<1x64x8x8xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input, RankedTensorOf<[AnyFloat]>:$weight,
                       Optional<RankedTensorOf<[AnyFloat]>>:$bias, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads_low, DenseI64ArrayAttr:$pads_high,
                       DenseI64ArrayAttr:$dilations, I64Attr:$group);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` `(` $bias^ `)`)? `strides` `=` $strides
    `pads_low` `=` $pads_low `pads_high` `=` $pads_high `dilations` `=` $dilations
    `group` `=` $group attr-dict `:` functional-type(operands, results)
  }];
}

def NN_PoolOp : NN_InferredOp<"pool", [NN_InfersSizes]> {
  let summary = "the largest element or the mean of each window";
  let description = [{
    `input` is [N, C, D1, ...], and the others have one entry per spatial dimension,
    as in `nn.conv`. With `ceil` the number of windows is rounded up, except that no
    window starts in the upper padding. Padding is never the maximum and never part
    of a sum; the mean divides by the number of elements inside the input, or with
    `count_include_pad` inside the padded input. A window that lies in padding alone
    has the lowest number as its maximum, and no mean: NaN.

    ```mlir
    %y = nn.pool max %x kernel = [3] strides = [2] pads_low = [1] pads_high = [1]
         dilations = [1] : (tensor<1x8x16xf32>) -> tensor<1x8x8xf32>
    ```
  }];
  let arguments = (ins NN_PoolKindAttr:$kind, AnyRankedTensor:$input,
                       DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads_low, DenseI64ArrayAttr:$pads_high,
                       DenseI64ArrayAttr:$dilations, UnitAttr:$ceil,
                       UnitAttr:$count_include_pad);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    custom<PlainEnum>($kind) $input `kernel` `=` $kernel `strides` `=` $strides
    `pads_low` `=` $pads_low `pads_high` `=` $pads_high `dilations` `=` $dilations
    (`ceil` $ceil^)? (`count_include_pad` $count_include_pad^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif // TACIT_DIALECT_NN_IR_NNIMAGEOPS_TD
