//===- ElementTypes.td - The list of element types ---------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What inputs and outputs of a model can hold, and what ONNX, NumPy, C and MLIR call it.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_ELEMENTTYPES_TD
#define TACIT_SUPPORT_ELEMENTTYPES_TD

include "llvm/TableGen/SearchableTable.td"

/// `number` is that of ONNX (TensorProto.DataType), and of TACIT_`constant` in tacit.h.
class ElementType<int number, string numpyName, string constantName, int size,
                  string cName, string npyDescr, string mlirName> {
  bits<8> value = number;
  string constant = "TACIT_" # constantName;
  string enumerator = constant;
  string name = numpyName;
  bits<8> bytes = size;
  string cType = cName;
  string descr = npyDescr;
  string mlirType = mlirName;
}

def : ElementType<1, "float32", "F32", 4, "float", "<f4", "f32">;
def : ElementType<2, "uint8", "U8", 1, "uint8_t", "|u1", "ui8">;
def : ElementType<3, "int8", "I8", 1, "int8_t", "|i1", "i8">;
def : ElementType<4, "uint16", "U16", 2, "uint16_t", "<u2", "ui16">;
def : ElementType<5, "int16", "I16", 2, "int16_t", "<i2", "i16">;
def : ElementType<6, "int32", "I32", 4, "int32_t", "<i4", "i32">;
def : ElementType<7, "int64", "I64", 8, "int64_t", "<i8", "i64">;
def : ElementType<9, "bool", "BOOL", 1, "uint8_t", "|b1", "i1">;
// In C, floats of 16 bits are passed as their bits.
def : ElementType<10, "float16", "F16", 2, "uint16_t", "<f2", "f16">;
def : ElementType<11, "float64", "F64", 8, "double", "<f8", "f64">;
def : ElementType<12, "uint32", "U32", 4, "uint32_t", "<u4", "ui32">;
def : ElementType<13, "uint64", "U64", 8, "uint64_t", "<u8", "ui64">;
// NumPy has no bfloat16; packages that do save it as an opaque type of two bytes.
def : ElementType<16, "bfloat16", "BF16", 2, "uint16_t", "<V2", "bf16">;

def ElementTypeTable : GenericTable {
  let FilterClass = "ElementType";
  let CppTypeName = "ElementType";
  let Fields = ["value", "enumerator", "constant", "name", "bytes", "cType", "descr",
                "mlirType"];
  string TypeOf_enumerator = "code";
}

#endif // TACIT_SUPPORT_ELEMENTTYPES_TD
