//===- ProtoFile.cpp - A mapped ONNX file ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Protobuf would copy every weight to the heap. We walk its wire format (a
// sequence of fields: tag, then a varint, four or eight bytes, or a length and as
// many bytes; protobuf.dev, "Encoding") just deep enough to leave the weights out,
// and give protobuf the rest.
//
//===----------------------------------------------------------------------===//

#include "ProtoFile.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {

/// Field numbers of onnx.proto that we walk through.
enum : uint64_t {
  kModelIrVersion = 1,
  kModelGraph = 7,
  kGraphInitializer = 5,
  kTensorRawData = 9
};

/// How a field is encoded: the low three bits of its tag. Others are not in use.
enum : uint64_t { kVarint = 0, kEight = 1, kBytes = 2, kFour = 5 };

struct Field {
  uint64_t number = 0;
  uint64_t wire = kVarint;
  StringRef whole;   ///< tag and all
  StringRef content; ///< what a length announces
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
      if (!readVarint(length))
        return Read::Malformed;
      length = 0;
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

/// Writes the message without weights and remembers where they were.
class Stripper {
public:
  explicit Stripper(ProtoFile &file) : file(file) {}

  llvm::Error strip(StringRef path, std::string &out);

private:
  bool stripGraph(StringRef bytes, std::string &out);
  bool stripTensor(StringRef bytes, std::string &out);

  ProtoFile &file;
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

bool Stripper::stripTensor(StringRef bytes, std::string &out) {
  WireReader reader(bytes);
  Field field;
  std::optional<StringRef> raw;
  Read read;
  while ((read = reader.next(field)) == Read::Field) {
    // The last one counts, as for every field that is not repeated.
    if (field.number == kTensorRawData && field.wire == kBytes)
      raw = field.content;
    else
      out.append(field.whole.begin(), field.whole.end());
  }
  auto &weights = file.weights.emplace_back();
  if (raw && static_cast<int64_t>(raw->size()) > kMaxInlineWeight)
    weights = ArrayRef<char>(raw->begin(), raw->end());
  else if (raw)
    appendBytes(kTensorRawData, *raw, out);
  return read == Read::End;
}

bool Stripper::stripGraph(StringRef bytes, std::string &out) {
  WireReader reader(bytes);
  Field field;
  Read read;
  std::string tensor;
  while ((read = reader.next(field)) == Read::Field) {
    if (field.number != kGraphInitializer || field.wire != kBytes) {
      out.append(field.whole.begin(), field.whole.end());
      continue;
    }
    tensor.clear();
    if (!stripTensor(field.content, tensor))
      return false;
    appendBytes(kGraphInitializer, tensor, out);
  }
  return read == Read::End;
}

/// What a file may be that is handed to us by mistake.
static const char *mistakenFor(StringRef bytes) {
  if (bytes.starts_with("version https://git-lfs"))
    return "a Git LFS pointer; fetch the file itself with 'git lfs pull'";
  if (bytes.starts_with("PK"))
    return "a zip archive, perhaps a PyTorch file; export it with torch.onnx.export";
  if (bytes.substr(4, 4) == "ORTM" || bytes.substr(4, 4) == "TFL3")
    return "a FlatBuffers model; use the .onnx file it was made from";
  return "export the model with torch.onnx.export";
}

llvm::Error Stripper::strip(StringRef path, std::string &out) {
  StringRef bytes = file.mapping->getBuffer();
  WireReader reader(bytes);
  Field field;
  Read read;
  bool hasVersion = false;
  while ((read = reader.next(field)) == Read::Field) {
    hasVersion |= field.number == kModelIrVersion && field.wire == kVarint;
    if (field.number != kModelGraph || field.wire != kBytes) {
      out.append(field.whole.begin(), field.whole.end());
      continue;
    }
    std::string graph;
    if (!stripGraph(field.content, graph))
      return fail(ExitCode::BadInput, "export the model again",
                  "'{}' is damaged: the graph, {} bytes at offset {}, is no valid message",
                  path.str(), field.content.size(), field.content.data() - bytes.data());
    appendBytes(kModelGraph, graph, out);
  }
  size_t offset = bytes.size() - reader.getRest().size();
  bool endsInside =
      read == Read::Overrun || (read == Read::Malformed && reader.getRest().empty());
  if (hasVersion && endsInside)
    return fail(ExitCode::BadInput, "copy or export the file again",
                "'{}' is truncated: {} bytes should follow offset {}, and there are {}",
                path.str(), std::max<uint64_t>(reader.getNeeded(), 1), offset,
                reader.getRest().size());
  if (read != Read::End || !hasVersion)
    return fail(ExitCode::BadInput, mistakenFor(bytes),
                "'{}' is no ONNX model: expected a protobuf message that starts with the "
                "ONNX version",
                path.str());
  return llvm::Error::success();
}

static Expected<std::shared_ptr<MemoryBuffer>> map(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return fail(ExitCode::BadInput, "check the path", "cannot open '{}': {}", path.str(),
                error.message());
  if (!sys::fs::is_regular_file(status))
    return fail(ExitCode::BadInput, "give the path of an .onnx file",
                "'{}' is no regular file; expected an ONNX model", path.str());
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fail(ExitCode::BadInput, "check the path", "cannot open '{}': {}", path.str(),
                buffer.getError().message());
  if ((*buffer)->getBufferSize() == 0)
    return fail(ExitCode::BadInput, "copy or export the file again",
                "'{}' is empty; expected an ONNX model", path.str());
  return std::shared_ptr<MemoryBuffer>(std::move(*buffer));
}

Expected<ProtoFile> onnx_import::readProtoFile(StringRef path) {
  auto mapping = map(path);
  if (!mapping)
    return mapping.takeError();
  ProtoFile file;
  file.mapping = std::move(*mapping);
  std::string stripped;
  if (llvm::Error error = Stripper(file).strip(path, stripped))
    return std::move(error);
  // Protobuf counts in int, and limits how deep messages nest.
  bool isParsed = stripped.size() <= static_cast<size_t>(INT32_MAX) &&
                  file.model.ParseFromArray(stripped.data(), stripped.size());
  if (!isParsed || static_cast<int>(file.weights.size()) != file.graph().initializer_size())
    return fail(ExitCode::BadInput, "export the model again",
                "'{}' is damaged: found a message that does not follow the ONNX format",
                path.str());
  return file;
}

ArrayRef<char> ProtoFile::rawData(int initializer) const {
  if (weights[initializer])
    return *weights[initializer];
  const std::string &raw = graph().initializer(initializer).raw_data();
  return ArrayRef<char>(raw.data(), raw.size());
}
