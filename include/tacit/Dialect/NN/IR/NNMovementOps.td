//===- NNMovementOps.td - Movement of elements, and shapes -*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNMOVEMENTOPS_TD
#define TACIT_DIALECT_NN_IR_NNMOVEMENTOPS_TD

include "tacit/Dialect/NN/IR/NNOpBase.td"

def NN_GatherOp : NN_InferredOp<"gather", [NN_InfersElements,
                                           NN_Moves<["trace", "keepsLast", "keepsAll"]>,
                                           NN_Operands<["Data", "Index"]>]> {
  let summary = "picks slices of a tensor by index";
  let description = [{
    The result's shape is that of `data` with dimension `axis` replaced by the
    shape of `indices`. An index in [-n, -1] counts from the end; one outside
    [-n, n-1] is outside the model's domain: a run that meets one is an error.
  }];
  let arguments = (ins AnyRankedTensor:$data, RankedTensorOf<[I32, I64]>:$indices, I64Attr:$axis);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $data `,` $indices `axis` `=` $axis attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def NN_GatherElementsOp
    : NN_InferredOp<"gather_elements", [NN_InfersSizes, NN_Moves<["keepsAll"]>,
                                        NN_Operands<["Data", "Index"]>]> {
  let summary = "picks single elements by their index along one axis";
  let description = [{
    Element [i, j, ...] of the result is the element of `data` whose index is `indices`[i,
    j, ...] along `axis`, and [i, j, ...] along the others. Negative indices count from the
    end, as for `nn.gather`.
  }];
  let arguments = (ins AnyRankedTensor:$data, RankedTensorOf<[I32, I64]>:$indices, I64Attr:$axis);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $data `,` $indices `axis` `=` $axis attr-dict `:` functional-type(operands, results)
  }];
}

def NN_ScatterNDOp
    : NN_InferredOp<"scatter_nd", [NN_InfersSizes, NN_Operands<["Data", "Index", "Data"]>]> {
  let summary = "writes slices into a tensor";
  let description = [{
    The last dimension of `indices` holds the first k coordinates of a slice of
    `data`, into which the slice of `updates` with the same leading index is written: it
    replaces the slice (`none`), or is combined with it. Updates apply in row-major order. A
    negative coordinate counts from the end, as for `nn.gather`.

    ```mlir
    %y = nn.scatter_nd none %x, %i, %u
        : (tensor<8x4xf32>, tensor<2x1xi64>, tensor<2x4xf32>) -> tensor<8x4xf32>
    ```
  }];
  let arguments = (ins NN_ScatterKindAttr:$reduction, AnyRankedTensor:$data,
                       RankedTensorOf<[I64]>:$indices, AnyRankedTensor:$updates);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    custom<PlainEnum>($reduction) $data `,` $indices `,` $updates attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_PadOp : NN_InferredOp<"pad", [NN_InfersSizes]> {
  let summary = "adds a border of one value, or cuts one off";
  let description = [{
    Adds `low` elements before and `high` elements after each dimension, all equal to
    `value`; a negative number removes as many elements.

    ```mlir
    %y = nn.pad %x, %zero low = [0, 1] high = [0, -2]
        : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x7xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, 0DTensorOf<[AnyType]>:$value,
                       DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `,` $value `low` `=` $low `high` `=` $high attr-dict
    `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def NN_SliceOp : NN_InferredOp<"slice", [NN_InfersElements, NN_Moves<["trace", "keepsAll"]>]> {
  let summary = "a strided part of a tensor with known bounds";
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

def NN_DynamicSliceOp
    : NN_Op<"dynamic_slice", [NN_InfersSizes, NN_Moves<["keepsLast", "keepsAll"]>,
                              NN_Operands<["Data", "Index", "Index", "Index"]>]> {
  let summary = "a strided part of a tensor with computed bounds";
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

def NN_ConcatOp
    : NN_InferredOp<"concat", [NN_InfersElements,
                               NN_Moves<["trace", "getMovedOperand", "compose"]>]> {
  let summary = "joins tensors along one axis";
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, I64Attr:$axis);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $inputs `axis` `=` $axis attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def NN_ReshapeOp
    : NN_Op<"reshape", [NN_InfersElements, NN_Moves<["trace", "compose"]>]> {
  let summary = "the same elements in another shape";
  let description = [{
    The result type states the shape. If dimensions are not known, the k-th free dimension
    of the result is the k-th free dimension of the input, and the known ones have equal
    products.
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def NN_DynamicReshapeOp
    : NN_Op<"dynamic_reshape", [NN_InfersElements, NN_MovementOpInterface,
                                NN_Operands<["Data", "Shape"]>]> {
  let summary = "the same elements in a computed shape";
  let description = [{
    ONNX `Reshape` whose shape follows from dimensions that are not known yet:
    -1 stands for the remaining elements, 0 for the dimension of the input. Becomes
    `nn.reshape` once the shape is constant.
  }];
  let arguments = (ins AnyRankedTensor:$input, RankedTensorOf<[I64]>:$shape);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `,` $shape attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_TransposeOp
    : NN_InferredOp<"transpose", [NN_InfersElements,
                                  NN_Moves<["trace", "keepsLast", "compose"]>]> {
  let summary = "permutes dimensions";
  let description = "Dimension i of the result is dimension `permutation[i]` of the input.";
  let arguments = (ins AnyRankedTensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $permutation attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def NN_ExpandOp : NN_Op<"expand", [NN_InfersElements, NN_Moves<["trace"]>]> {
  let summary = "repeats dimensions of 1 to fill the result's shape";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def NN_DynamicExpandOp
    : NN_Op<"dynamic_expand", [NN_InfersElements, NN_MovementOpInterface,
                               NN_Operands<["Data", "Shape"]>]> {
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

def NN_ShapeOfOp
    : NN_InferredOp<"shape_of", [NN_InfersElements, NN_Operands<["Extent"]>]> {
  let summary = "the dimensions of a tensor";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs RankedTensorOf<[I64]>:$result);
  let hasFolder = 1;
}

def NN_RangeOp : NN_Op<"range", [NN_InfersElements, NN_InfersSpan]> {
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

def NN_SizedOp : NN_Op<"sized", [AllTypesMatch<["input", "result"]>]> {
  let summary = "a tensor and the sizes of its free dimensions";
  let description = [{
    The result is `input`, whose k-th free dimension has the k-th size.
    `nn-resolve-dims` inserts one after every value with free dimensions, so that a lowering
    finds sizes and need not compute them: equal dimensions are the same value.

    ```mlir
    %1 = nn.sized %0[%batch, %seq] : tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, Variadic<Index>:$sizes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input `[` $sizes `]` attr-dict `:` type($input)";
  let hasVerifier = 1;
}

// This is not pure: the check is made even if the result is not used.
def NN_AssertRangeOp
    : Op<NN_Dialect, "assert_range",
         [NN_InfersElements, NN_InfersSpan, MemoryEffects<[MemWrite]>,
          AllTypesMatch<["input", "result"]>]> {
  let summary = "asserts that all elements of a tensor lie in a range";
  let description = [{
    The result is `input`. A run in which one of its elements is below `low` or above
    `high` is an error, of which `text` is the message.

    ```mlir
    %1 = nn.assert_range %0 from %low to %high, "node '/wpe/Gather' looks up an index outside of [-64, 63]"
        : (tensor<1x?xi64>, tensor<i64>, tensor<i64>) -> tensor<1x?xi64>
    ```
  }];
  let arguments = (ins RankedTensorOf<[I32, I64]>:$input, 0DTensorOf<[I64]>:$low,
                       0DTensorOf<[I64]>:$high, StrAttr:$text);
  let results = (outs RankedTensorOf<[I32, I64]>:$result);
  let assemblyFormat = [{
    $input `from` $low `to` $high `,` $text attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// Returns the message for an index that is not valid for dimension `axis`, of `size`
    /// elements or free, of what the operation at `loc` reads or writes.
    static std::string textOfIndices(::mlir::Location loc, int64_t size, int64_t axis);
  }];
}

#endif // TACIT_DIALECT_NN_IR_NNMOVEMENTOPS_TD
