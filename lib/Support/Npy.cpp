//===- Npy.cpp - Reading and writing .npy files ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Npy.h"
#include "InputFile.h"
#include "tacit/Support/ElementTypes.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>
#include <cstring>

using namespace llvm;

namespace tacit {

static constexpr StringLiteral kMagic("\x93NUMPY");
/// NumPy itself has the same limit of dimensions.
static constexpr size_t kMaxRank = 64;
static constexpr const char *kSaveAgain = "save the array again with numpy.save";

namespace {

/// The three entries of a header, each once.
struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortranOrder;
  std::optional<std::vector<int64_t>> shape;
};

/// Parses the dictionary: exactly the three keys, in any order. The text is not evaluated
/// as Python; anything that NumPy never writes is an error.
class HeaderParser {
public:
  HeaderParser(StringRef path, StringRef text) : path(path), all(text), rest(text) {}

  Expected<Header> parse() {
    Header header;
    if (!take("{"))
      return expected("'{'");
    while (!take("}")) {
      if (llvm::Error error = parseEntry(header))
        return error;
      if (!take(",") && !peek("}"))
        return expected("',' or '}'");
    }
    skipSpace();
    if (!rest.empty())
      return expected("the end of the header");
    if (!header.descr || !header.fortranOrder || !header.shape)
      return fail(ErrorKind::BadInput, kSaveAgain,
                  "'{}': the header lacks '{}'; expected 'descr', 'fortran_order' and "
                  "'shape'",
                  path.str(),
                  !header.descr          ? "descr"
                  : !header.fortranOrder ? "fortran_order"
                                         : "shape");
    return header;
  }

private:
  llvm::Error parseEntry(Header &header) {
    auto key = parseString();
    if (!key)
      return key.takeError();
    if (!take(":"))
      return expected("':'");
    bool again = false;
    if (*key == "descr") {
      again = header.descr.has_value();
      if (peek("["))
        return fail(ErrorKind::BadInput, "save each field as an array of its own",
                    "'{}' holds records; expected plain numbers", path.str());
      auto value = parseString();
      if (!value)
        return value.takeError();
      header.descr = *value;
    } else if (*key == "fortran_order") {
      again = header.fortranOrder.has_value();
      header.fortranOrder = take("True");
      if (!*header.fortranOrder && !take("False"))
        return expected("True or False");
    } else if (*key == "shape") {
      again = header.shape.has_value();
      auto value = parseShape();
      if (!value)
        return value.takeError();
      header.shape = std::move(*value);
    } else {
      return fail(ErrorKind::BadInput, kSaveAgain,
                  "'{}': the header has the key '{}'; expected 'descr', "
                  "'fortran_order' and 'shape'",
                  path.str(), printable(*key));
    }
    if (again)
      return fail(ErrorKind::BadInput, kSaveAgain, "'{}': the header has '{}' twice",
                  path.str(), *key);
    return llvm::Error::success();
  }

  Expected<std::string> parseString() {
    skipSpace();
    if (!rest.starts_with("'") && !rest.starts_with("\""))
      return expected("a quoted name");
    size_t end = rest.find(rest.front(), 1);
    if (end == StringRef::npos)
      return expected("a quoted name that ends");
    std::string value = rest.slice(1, end).str();
    rest = rest.drop_front(end + 1);
    return value;
  }

  Expected<std::vector<int64_t>> parseShape() {
    std::vector<int64_t> shape;
    if (!take("("))
      return expected("'('");
    bool needsComma = false;
    while (!take(")")) {
      if (needsComma)
        return expected("','");
      skipSpace();
      int64_t dim = 0;
      if (rest.consumeInteger(10, dim))
        return expected("a dimension below 2^63");
      if (dim < 0)
        return fail(ErrorKind::BadInput, kSaveAgain,
                    "'{}': dimension {} is {}; expected 0 or more", path.str(),
                    shape.size(), dim);
      shape.push_back(dim);
      if (shape.size() > kMaxRank)
        return fail(ErrorKind::BadInput, "reshape the array",
                    "'{}' has more than {} dimensions", path.str(), kMaxRank);
      needsComma = !take(",");
      // In Python "(4)" is a number and "(4,)" a tuple.
      if (needsComma && shape.size() == 1)
        return expected("','");
    }
    return shape;
  }

  void skipSpace() { rest = rest.ltrim(" \t\r\n"); }
  bool peek(StringRef token) {
    skipSpace();
    return rest.starts_with(token);
  }
  bool take(StringRef token) {
    skipSpace();
    return rest.consume_front(token);
  }

  static std::string printable(StringRef text) {
    std::string result;
    raw_string_ostream os(result);
    printEscapedString(text.take_front(40), os);
    return result;
  }

  llvm::Error expected(StringRef what) {
    return fail(ErrorKind::BadInput, kSaveAgain,
                "'{}': the header has '{}' at character {}; expected {}", path.str(),
                rest.empty() ? std::string("(its end)") : printable(rest.take_front(12)),
                all.size() - rest.size(), what.str());
  }

  StringRef path, all, rest;
};

/// Describes what precedes the values, and where they begin.
struct Prologue {
  StringRef headerText;
  size_t dataOffset;
};

/// What the header says about the values, which are as many as the file holds.
struct Layout {
  Header header;
  int32_t dtype;
  size_t dataOffset, bytes;
};

} // namespace

/// Reads the beginning of a file of `size` bytes.
static Expected<Prologue> readPrologue(StringRef path, StringRef file, uint64_t size) {
  if (!file.starts_with(kMagic))
    return fail(ErrorKind::BadInput, kSaveAgain,
                "'{}' is not a .npy file: it begins with the bytes {}; expected {}",
                path.str(),
                file.empty() ? "(none)" : toHex(file.take_front(kMagic.size()), true),
                toHex(kMagic, true));
  auto truncated = [&](size_t needed) {
    return fail(ErrorKind::BadInput, kSaveAgain,
                "'{}' is truncated: it has {} bytes, but its header ends at byte {}",
                path.str(), size, needed);
  };
  if (size < 10)
    return truncated(10);
  unsigned major = uint8_t(file[6]), minor = uint8_t(file[7]);
  if (major < 1 || major > 3 || minor != 0)
    return fail(ErrorKind::BadInput, kSaveAgain,
                "'{}' has format version {}.{}; expected 1.0, 2.0 or 3.0", path.str(),
                major, minor);
  size_t start = major == 1 ? 10 : 12;
  if (size < start)
    return truncated(start);
  size_t length = major == 1 ? support::endian::read16le(file.data() + 8)
                             : support::endian::read32le(file.data() + 8);
  if (length > size - start)
    return truncated(start + length);
  if (start + length > kNpyBeginning)
    return fail(ErrorKind::BadInput, kSaveAgain,
                "'{}': the header ends at byte {}; expected {} at most", path.str(),
                start + length, kNpyBeginning);
  return Prologue{file.substr(start, length), start + length};
}

/// Returns the element type that `descr` names. Its first character is the byte order,
/// which types of one byte do not have.
static Expected<int32_t> parseDtype(StringRef path, StringRef descr) {
  // An opaque type has no byte order; both spellings of bfloat16 are in use.
  if (descr == "|V2")
    return TACIT_BF16;
  std::string little = descr.str();
  if (descr.starts_with(">"))
    little.front() = '<';
  for (const ElementType &type : elementTypes())
    if (little == type.descr)
      return type.code;
  std::string shown;
  raw_string_ostream os(shown);
  printEscapedString(descr.take_front(40), os);
  return fail(ErrorKind::BadInput, "convert the array with astype before numpy.save",
              "'{}' has values of type '{}'; expected floats, integers or booleans",
              path.str(), shown);
}

/// Reverses the byte order of elements of `width` bytes, in place.
static void reverseBytes(MutableArrayRef<char> values, size_t width) {
  for (size_t begin = 0; begin < values.size(); begin += width)
    std::reverse(values.begin() + begin, values.begin() + begin + width);
}

/// Copies the elements of a column-major array in row-major order.
static void copyTransposed(ArrayRef<char> from, ArrayRef<int64_t> shape, int64_t width,
                           char *to) {
  std::vector<int64_t> strides(shape.size()), position(shape.size(), 0);
  int64_t stride = width;
  for (auto [i, dim] : enumerate(shape)) {
    strides[i] = stride;
    stride *= dim;
  }
  int64_t offset = 0;
  for (size_t done = 0; done < from.size(); done += width) {
    std::memcpy(to + done, from.data() + offset, width);
    // Increments the position, last dimension first, and the offset with it.
    for (size_t i = shape.size(); i-- > 0;) {
      offset += strides[i];
      if (++position[i] < shape[i])
        break;
      offset -= strides[i] * shape[i];
      position[i] = 0;
    }
  }
}

/// Reads the header of a file of `size` bytes, of which `begin` are the first, and compares
/// the size that it states.
static Expected<Layout> readLayout(StringRef path, StringRef begin, uint64_t size) {
  auto prologue = readPrologue(path, begin, size);
  if (!prologue)
    return prologue.takeError();
  auto header = HeaderParser(path, prologue->headerText).parse();
  if (!header)
    return header.takeError();
  auto dtype = parseDtype(path, *header->descr);
  if (!dtype)
    return dtype.takeError();
  auto bytes = tensorBytes(*dtype, *header->shape);
  if (!bytes)
    return fail(ErrorKind::BadInput, kSaveAgain, "'{}': shape {} has more than 2^62 bytes",
                path.str(), shapeText(*header->shape));
  uint64_t expected = *bytes, found = size - prologue->dataOffset;
  if (found != expected)
    return fail(ErrorKind::BadInput, kSaveAgain,
                "'{}' {}: {} bytes follow the header; expected {} for {} of shape {}",
                path.str(), found < expected ? "is truncated" : "has bytes left over",
                found, expected, dtypeName(*dtype).str(), shapeText(*header->shape));
  return Layout{std::move(*header), *dtype, prologue->dataOffset, expected};
}

llvm::Error checkNpySize(StringRef path, StringRef begin, uint64_t size) {
  return readLayout(path, begin, size).takeError();
}

Expected<NpyArray> readNpy(StringRef path) {
  auto buffer = openInputFile(path, ".npy file");
  if (!buffer)
    return buffer.takeError();
  return parseNpy(path, (*buffer)->getBuffer());
}

Expected<NpyArray> parseNpy(StringRef path, StringRef file) {
  auto layout = readLayout(path, file, file.size());
  if (!layout)
    return layout.takeError();
  NpyArray array;
  array.dtype = layout->dtype;
  array.shape = std::move(*layout->header.shape);
  array.data.resize(layout->bytes);
  StringRef data = file.drop_front(layout->dataOffset);
  ArrayRef<char> values(data.data(), data.size());
  if (*layout->header.fortranOrder && array.shape.size() > 1)
    copyTransposed(values, array.shape, dtypeBytes(array.dtype), array.data.data());
  else
    copy(values, array.data.begin());
  if (StringRef(*layout->header.descr).starts_with(">"))
    reverseBytes(array.data, dtypeBytes(array.dtype));
  return array;
}

llvm::Error writeNpy(OutputFiles &files, StringRef path, int32_t dtype,
                     ArrayRef<int64_t> shape, ArrayRef<char> bytes) {
  auto size = tensorBytes(dtype, shape);
  if (!size || static_cast<size_t>(*size) != bytes.size() || shape.size() > kMaxRank)
    return fail(ErrorKind::Internal, "report this as a bug in tacit",
                "cannot write '{}': {} bytes do not fit {} of shape {}", path.str(),
                bytes.size(), dtypeName(dtype).str(), shapeText(shape));
  std::string header = "{'descr': '" + findElementType(dtype)->descr.str() +
                       "', 'fortran_order': False, 'shape': (";
  // Formats a shape as Python writes tuples: "()", "(2,)", "(2, 3)".
  header += join(map_range(shape, [](int64_t dim) { return std::to_string(dim); }), ", ");
  header += shape.size() == 1 ? ",), }" : "), }";
  // Values begin at a multiple of 64 bytes, so that a reader can map them.
  size_t start = alignTo(kMagic.size() + 4 + header.size() + 1, 64);
  header.resize(start - kMagic.size() - 4 - 1, ' ');
  header += '\n';
  return files.write(path, /*mark=*/nullptr, [&](raw_ostream &os) {
    os << kMagic << '\1' << '\0' << char(header.size() & 0xff) << char(header.size() >> 8)
       << header;
    os.write(bytes.data(), bytes.size());
    return llvm::Error::success();
  });
}

} // namespace tacit
