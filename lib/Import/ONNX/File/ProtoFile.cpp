//===- ProtoFile.cpp - A mapped ONNX file ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Protobuf would copy every weight to the heap. We walk its wire format (a sequence of
// fields: a tag, then a varint, four or eight bytes, or a length and as many bytes;
// protobuf.dev, "Encoding") just deep enough to leave out large tensors, both initializers
// and those of Constant nodes, and give protobuf the rest.
//
//===----------------------------------------------------------------------===//

#include "File/ProtoFile.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {

/// Field numbers of onnx.proto on the paths that we walk.
enum : uint64_t {
  kModelIrVersion = 1,
  kModelGraph = 7,
  kGraphNode = 1,
  kGraphInitializer = 5,
  kNodeAttribute = 5,
  kAttributeTensor = 5,
  kTensorDataType = 2,
  kTensorFloatData = 4,
  kTensorRawData = 9
};

/// The encoding of a field: the low three bits of its tag. Other values are not in use.
enum : uint64_t { kVarint = 0, kEight = 1, kBytes = 2, kFour = 5 };

struct Field {
  uint64_t number = 0;
  uint64_t wire = kVarint;
  StringRef whole;    ///< tag and all
  StringRef content;  ///< what a length announces
  uint64_t value = 0; ///< of a varint
};

enum class Read { Field, End, Malformed, Overrun };

/// Reads one message, field by field, never beyond its end.
class WireReader {
public:
  explicit WireReader(StringRef bytes) : rest(bytes) {}

  Read next(Field &field) {
    if (rest.empty())
      return Read::End;
    StringRef begin = rest;
    uint64_t tag = 0, length = 0;
    if (!readVarint(tag) || (tag >> 3) == 0)
      return Read::Malformed;
    field.number = tag >> 3;
    field.wire = tag & 7;
    needed = 0;
    switch (field.wire) {
    case kVarint:
      if (!readVarint(field.value))
        return Read::Malformed;
      break;
    case kEight:
      length = 8;
      break;
    case kFour:
      length = 4;
      break;
    case kBytes:
      if (!readVarint(length))
        return Read::Malformed;
      break;
    default:
      return Read::Malformed;
    }
    needed = length;
    if (length > rest.size())
      return Read::Overrun;
    field.content = rest.take_front(length);
    rest = rest.drop_front(length);
    field.whole = begin.drop_back(rest.size());
    return Read::Field;
  }

  StringRef getRest() const { return rest; }
  uint64_t getNeeded() const { return needed; }

private:
  bool readVarint(uint64_t &value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
      uint64_t byte = static_cast<unsigned char>(rest.front());
      rest = rest.drop_front();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80)
        return true;
    }
    return false;
  }

  StringRef rest;
  uint64_t needed = 0;
};

/// Bytes that were left out of a tensor of the message: initializer `index`, or attribute
/// `attribute` of node `index`.
struct LeftOut {
  int index;
  std::optional<int> attribute;
  ArrayRef<char> bytes;
};

/// Writes the message without the bytes of large tensors, and remembers where they were.
class Stripper {
public:
  llvm::Error strip(StringRef path, StringRef bytes, std::string &out);

  int getNumInitializers() const { return numInitializers; }
  ArrayRef<LeftOut> getLeftOut() const { return leftOut; }

private:
  bool stripGraph(StringRef bytes, std::string &out);
  bool stripNode(StringRef bytes, std::string &out);
  bool stripAttribute(StringRef bytes, int attribute, std::string &out);
  bool stripTensor(StringRef bytes, std::string &out, std::optional<int> attribute);

  int numInitializers = 0, numNodes = 0;
  std::vector<LeftOut> leftOut;
};

} // namespace

static void appendVarint(uint64_t value, std::string &out) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

static void appendBytes(uint64_t number, StringRef content, std::string &out) {
  appendVarint(number << 3 | kBytes, out);
  appendVarint(content.size(), out);
  out.append(content.begin(), content.end());
}

static void append(const Field &field, std::string &out) {
  out.append(field.whole.begin(), field.whole.end());
}

/// The values of a large tensor are raw_data, or float_data in one piece, which has the
/// same encoding; otherwise they stay in the message.
bool Stripper::stripTensor(StringRef bytes, std::string &out,
                           std::optional<int> attribute) {
  WireReader reader(bytes);
  Field field;
  std::optional<Field> raw, floats;
  bool inPieces = false;
  uint64_t dataType = 0;
  Read read;
  while ((read = reader.next(field)) == Read::Field) {
    if (field.number == kTensorRawData && field.wire == kBytes) {
      // The last one counts, as for every field that is not repeated.
      raw = field;
      continue;
    }
    if (field.number == kTensorFloatData && !floats) {
      floats = field;
      continue;
    }
    if (field.number == kTensorFloatData && !inPieces) {
      inPieces = true;
      append(*floats, out);
    }
    if (field.number == kTensorDataType && field.wire == kVarint)
      dataType = field.value;
    append(field, out);
  }
  auto isLarge = [&](const Field &found) {
    int64_t least = attribute ? kMaxInlineBytes : kMaxInlineWeight;
    return found.wire == kBytes && static_cast<int64_t>(found.content.size()) > least;
  };
  auto leaveOut = [&](const Field &found) {
    leftOut.push_back({attribute ? numNodes : numInitializers, attribute,
                       ArrayRef<char>(found.content.begin(), found.content.end())});
  };
  bool isFloats = floats && !inPieces && !raw && dataType == onnx::TensorProto::FLOAT;
  if (isFloats && isLarge(*floats))
    leaveOut(*floats);
  else if (floats && !inPieces)
    append(*floats, out);
  if (raw && isLarge(*raw))
    leaveOut(*raw);
  else if (raw)
    append(*raw, out);
  return read == Read::End;
}

bool Stripper::stripAttribute(StringRef bytes, int attribute, std::string &out) {
  WireReader reader(bytes);
  Field field;
  Read read;
  std::string tensor;
  bool isFirst = true;
  while ((read = reader.next(field)) == Read::Field) {
    if (field.number != kAttributeTensor || field.wire != kBytes) {
      append(field, out);
      continue;
    }
    // Protobuf would merge several graphs into one, but no tool writes such a file.
    if (!isFirst)
      return false;
    isFirst = false;
    if (!stripTensor(field.content, tensor, attribute))
      return false;
    appendBytes(kAttributeTensor, tensor, out);
  }
  return read == Read::End;
}

bool Stripper::stripNode(StringRef bytes, std::string &out) {
  WireReader reader(bytes);
  Field field;
  Read read;
  std::string text;
  int attribute = 0;
  while ((read = reader.next(field)) == Read::Field) {
    if (field.number != kNodeAttribute || field.wire != kBytes) {
      append(field, out);
      continue;
    }
    text.clear();
    if (!stripAttribute(field.content, attribute++, text))
      return false;
    appendBytes(kNodeAttribute, text, out);
  }
  return read == Read::End;
}

bool Stripper::stripGraph(StringRef bytes, std::string &out) {
  WireReader reader(bytes);
  Field field;
  Read read;
  std::string text;
  while ((read = reader.next(field)) == Read::Field) {
    bool isInitializer = field.number == kGraphInitializer && field.wire == kBytes;
    bool isNode = field.number == kGraphNode && field.wire == kBytes;
    text.clear();
    if (isInitializer) {
      if (!stripTensor(field.content, text, std::nullopt))
        return false;
      ++numInitializers;
      appendBytes(kGraphInitializer, text, out);
    } else if (isNode && static_cast<int64_t>(field.content.size()) > kMaxInlineBytes) {
      if (!stripNode(field.content, text))
        return false;
      appendBytes(kGraphNode, text, out);
    } else {
      append(field, out);
    }
    numNodes += isNode;
  }
  return read == Read::End;
}

/// Lists other kinds of file that users pass by mistake.
static const char *describeOtherFormat(StringRef bytes) {
  if (bytes.starts_with("version https://git-lfs"))
    return "a Git LFS pointer; fetch the file itself with 'git lfs pull'";
  if (bytes.starts_with("PK"))
    return "a zip archive, perhaps a PyTorch file; export it with torch.onnx.export";
  if (bytes.substr(4, 4) == "ORTM" || bytes.substr(4, 4) == "TFL3")
    return "a FlatBuffers model; use the .onnx file it was made from";
  return "export the model with torch.onnx.export";
}

llvm::Error Stripper::strip(StringRef path, StringRef bytes, std::string &out) {
  WireReader reader(bytes);
  Field field;
  Read read;
  bool hasVersion = false;
  while ((read = reader.next(field)) == Read::Field) {
    hasVersion |= field.number == kModelIrVersion && field.wire == kVarint;
    if (field.number != kModelGraph || field.wire != kBytes) {
      append(field, out);
      continue;
    }
    std::string graph;
    if (!stripGraph(field.content, graph))
      return fail(
          ErrorKind::BadInput, "export the model again",
          "'{}' is damaged: the graph, {} bytes at offset {}, is not a valid message",
          path.str(), field.content.size(), field.content.data() - bytes.data());
    appendBytes(kModelGraph, graph, out);
  }
  size_t offset = bytes.size() - reader.getRest().size();
  bool endsInside =
      read == Read::Overrun || (read == Read::Malformed && reader.getRest().empty());
  if (hasVersion && endsInside)
    return fail(ErrorKind::BadInput, "copy or export the file again",
                "'{}' is truncated: expected {} bytes after offset {}, found {}",
                path.str(), std::max<uint64_t>(reader.getNeeded(), 1), offset,
                reader.getRest().size());
  if (read != Read::End || !hasVersion)
    return fail(ErrorKind::BadInput, describeOtherFormat(bytes),
                "'{}' is not an ONNX model: expected a protobuf message that starts with "
                "the ONNX version",
                path.str());
  return llvm::Error::success();
}

Expected<std::unique_ptr<MemoryBuffer>> onnx_import::mapProtoFile(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return fail(ErrorKind::BadInput, "check the path", "cannot open '{}': {}", path.str(),
                error.message());
  if (!sys::fs::is_regular_file(status))
    return fail(ErrorKind::BadInput, "give the path of an .onnx file",
                "'{}' is not a regular file; expected an ONNX model", path.str());
  auto buffer = readInput(path);
  if (!buffer)
    return fail(ErrorKind::BadInput, "check the path", "cannot open '{}': {}", path.str(),
                buffer.getError().message());
  if ((*buffer)->getBufferSize() == 0)
    return fail(ErrorKind::BadInput, "copy or export the file again",
                "'{}' is empty; expected an ONNX model", path.str());
  return std::move(*buffer);
}

/// Finds the tensors of the message again; returns false if a tensor that was found before
/// is missing.
static bool attach(ArrayRef<LeftOut> leftOut, ProtoFile &file) {
  const onnx::GraphProto &graph = file.graph();
  for (const LeftOut &found : leftOut) {
    if (found.index >= (found.attribute ? graph.node_size() : graph.initializer_size()))
      return false;
    const onnx::TensorProto *tensor = nullptr;
    if (!found.attribute) {
      tensor = &graph.initializer(found.index);
    } else {
      const onnx::NodeProto &node = graph.node(found.index);
      if (*found.attribute >= node.attribute_size() ||
          !node.attribute(*found.attribute).has_t())
        return false;
      tensor = &node.attribute(*found.attribute).t();
    }
    file.leftOut[tensor] = found.bytes;
  }
  return true;
}

Expected<ProtoFile> onnx_import::parseProtoFile(std::shared_ptr<MemoryBuffer> contents,
                                                StringRef path) {
  ProtoFile file;
  file.mapping = std::move(contents);
  file.external = std::make_unique<ExternalFiles>(path);
  std::string stripped;
  Stripper stripper;
  if (llvm::Error error = stripper.strip(path, file.mapping->getBuffer(), stripped))
    return std::move(error);
  // Protobuf counts in int, and limits the nesting depth of messages.
  bool isParsed = stripped.size() <= static_cast<size_t>(INT32_MAX) &&
                  file.model.ParseFromArray(stripped.data(), stripped.size());
  if (!isParsed || stripper.getNumInitializers() != file.graph().initializer_size() ||
      !attach(stripper.getLeftOut(), file))
    return fail(ErrorKind::BadInput, "export the model again",
                "'{}' is damaged: found a message that does not follow the ONNX format",
                path.str());
  return file;
}

Expected<TensorBytes> ProtoFile::bytesOf(const onnx::TensorProto &tensor) const {
  if (isExternal(tensor))
    return external->read(tensor);
  if (auto found = leftOut.find(&tensor); found != leftOut.end())
    return TensorBytes{found->second, mapping};
  const std::string &raw = tensor.raw_data();
  return TensorBytes{ArrayRef<char>(raw.data(), raw.size()), nullptr};
}
