//===- ExternalData.cpp - Weights beside the model ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "File/ExternalData.h"
#include "File/Tensors.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

static constexpr const char *kSaveAgain =
    "save the model again with onnx.save_model, which writes its data beside it";

bool onnx_import::isExternal(const onnx::TensorProto &tensor) {
  return tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

ExternalFiles::ExternalFiles(StringRef model)
    : folder(sys::path::parent_path(model).str()) {
  if (folder.empty())
    folder = ".";
}

namespace {
/// What a tensor states about where its bytes are. Without a length they extend to the end
/// of the file.
struct Place {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};
} // namespace

static Expected<Place> readLocation(const onnx::TensorProto &tensor,
                                    const std::string &name) {
  Place place;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), text = entry.value();
    uint64_t number = 0;
    if (key == "location")
      place.location = text.str();
    if (key != "offset" && key != "length")
      continue;
    if (text.getAsInteger(10, number))
      return fail(ErrorKind::BadInput, kSaveAgain,
                  "the {} of tensor {} in its file is {}; expected a number", key.str(),
                  name, quote(text));
    if (key == "offset")
      place.offset = number;
    else
      place.length = number;
  }
  if (place.location.empty())
    return fail(ErrorKind::BadInput, kSaveAgain,
                "the data of tensor {} is in another file, whose name is missing", name);
  return place;
}

//===----------------------------------------------------------------------===//
// All files of a model
//===----------------------------------------------------------------------===//

namespace {
/// Visits the tensors of a model, which may be anywhere in nodes and subgraphs.
class ExternalNotes {
public:
  explicit ExternalNotes(StringRef folder) : folder(folder) {}

  void visit(const onnx::GraphProto &graph) {
    for (const onnx::TensorProto &tensor : graph.initializer())
      visit(tensor);
    for (const onnx::NodeProto &node : graph.node())
      visit(node);
  }
  void visit(const onnx::NodeProto &node) {
    for (const onnx::AttributeProto &attribute : node.attribute()) {
      if (attribute.has_t())
        visit(attribute.t());
      for (const onnx::TensorProto &tensor : attribute.tensors())
        visit(tensor);
      if (attribute.has_g())
        visit(attribute.g());
      for (const onnx::GraphProto &graph : attribute.graphs())
        visit(graph);
    }
  }

private:
  void visit(const onnx::TensorProto &tensor) {
    if (!isExternal(tensor))
      return;
    for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
      if (entry.key() != "location" || !seen.insert(entry.value()).second)
        continue;
      SmallString<256> path(folder);
      sys::path::append(path, entry.value());
      noteInput(path);
    }
  }

  StringRef folder;
  StringSet<> seen;
};
} // namespace

void onnx_import::noteExternalFiles(const onnx::ModelProto &model, StringRef path) {
  StringRef folder = sys::path::parent_path(path);
  ExternalNotes notes(folder.empty() ? "." : folder);
  notes.visit(model.graph());
  for (const onnx::FunctionProto &function : model.functions())
    for (const onnx::NodeProto &node : function.node())
      notes.visit(node);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Returns true if a path, as written, stays below the folder in which it starts.
static bool staysInside(StringRef location) {
  return !sys::path::is_absolute(location) &&
         llvm::none_of(
             llvm::make_range(sys::path::begin(location), sys::path::end(location)),
             [](StringRef part) { return part == ".."; });
}

Expected<ExternalFiles::Mapping> ExternalFiles::map(const std::string &tensor,
                                                    StringRef location) {
  auto outside = [&] {
    return fail(ErrorKind::BadInput, "put the file itself into the folder of the model",
                "the data of tensor {} is in {}, which is not in the folder of the model",
                tensor, quote(location));
  };
  auto cannotOpen = [&](std::error_code error) {
    return fail(ErrorKind::BadInput, "put the file into the folder of the model",
                "cannot open {}, which holds the data of tensor {}: {}", quote(location),
                tensor, error.message());
  };
  // A name that ends at a zero byte would differ from the one that was checked.
  if (!json::isUTF8(location) || location.contains('\0') || !staysInside(location))
    return outside();
  SmallString<256> path(folder);
  sys::path::append(path, location);
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return cannotOpen(error);
  if (!sys::fs::is_regular_file(status))
    return fail(ErrorKind::BadInput, kSaveAgain,
                "{}, which holds the data of tensor {}, is not a regular file",
                quote(location), tensor);
  // The target of links is determined from the open file, so that nobody can change it
  // after the check.
  SmallString<256> realFolder, realPath;
  if (std::error_code error = sys::fs::real_path(folder, realFolder))
    return cannotOpen(error);
  auto file = sys::fs::openNativeFileForRead(path, sys::fs::OF_None, &realPath);
  if (!file)
    return cannotOpen(errorToErrorCode(file.takeError()));
  StringRef below = realPath;
  bool isInside =
      below.consume_front(realFolder) && (realFolder == "/" || below.starts_with("/"));
  noteInput(path);
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = std::make_error_code(std::errc::io_error);
  if (isInside)
    buffer = MemoryBuffer::getOpenFile(*file, path, /*FileSize=*/-1,
                                       /*RequiresNullTerminator=*/false);
  if (std::error_code error = sys::fs::closeFile(*file))
    return cannotOpen(error);
  if (!isInside)
    return outside();
  if (!buffer)
    return cannotOpen(buffer.getError());
  return Mapping(std::move(*buffer));
}

Expected<TensorBytes> ExternalFiles::read(const onnx::TensorProto &tensor) {
  std::string name = quote(tensor.name());
  auto place = readLocation(tensor, name);
  if (!place)
    return place.takeError();
  auto known = files.find(place->location);
  if (known == files.end()) {
    auto mapped = map(name, place->location);
    if (!mapped)
      return mapped.takeError();
    known = files.try_emplace(place->location, std::move(*mapped)).first;
  }
  Mapping &file = known->second;
  uint64_t size = file->getBufferSize();
  uint64_t rest = size - std::min(place->offset, size);
  uint64_t length = place->length.value_or(rest);
  if (place->offset > size || length > rest)
    return fail(ErrorKind::BadInput, "copy the file again, or save the model again",
                "tensor {} is {} bytes at offset {} of {}, which has {} bytes", name,
                length, place->offset, quote(place->location), size);
  return TensorBytes{ArrayRef<char>(file->getBufferStart() + place->offset, length), file};
}
