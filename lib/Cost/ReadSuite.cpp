//===- ReadSuite.cpp - Reads a published suite ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/Costs.md documents the format. An unknown key is an error, because a figure with a
// misspelt name would silently count as free.
//
//===----------------------------------------------------------------------===//

#include "Published.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include <cmath>

using namespace llvm;
using namespace tacit::mpc;

namespace tacit::cost {

/// This is larger than any figure, and small enough for sums of them.
static constexpr double kMaxRate = 1e12;
static constexpr int64_t kMaxCount = int64_t(1) << 40;
/// The longest part of a wrong value that is quoted, in characters.
static constexpr size_t kMaxShown = 60;
/// The format has three levels, and the recursion of the parser must be bounded.
static constexpr int kMaxDepth = 64;

namespace {

/// Reads an object of the file. The first mistake in it is kept and returned by `finish`,
/// so that keys can be read one after the other without a check after each.
class Section {
public:
  Section(const json::Object *object, std::string path, StringRef origin)
      : object(object), path(std::move(path)), origin(origin) {}

  std::string text(StringRef key) {
    if (auto value = find(key).getAsString(); value && !value->empty())
      return value->str();
    wrong(key, "a text");
    return "";
  }
  int64_t integer(StringRef key, int64_t least, int64_t most) {
    if (auto value = find(key).getAsInteger(); value && *value >= least && *value <= most)
      return *value;
    wrong(key, fmt::format("an integer from {} to {}", least, most));
    return least;
  }
  Rate rate(StringRef key) {
    if (auto value = find(key).getAsNumber(); value && *value >= 0 && *value <= kMaxRate)
      return {std::llround(*value * 1e6)};
    wrong(key, "a number of bytes from 0 to 10^12");
    return {};
  }
  bool flag(StringRef key) {
    if (!has(key))
      return false;
    if (auto value = find(key).getAsBoolean())
      return *value;
    wrong(key, "true or false");
    return false;
  }
  int64_t hops() { return has("hops") ? integer("hops", 0, 1000000) : kUnknown; }

  std::vector<std::string> texts(StringRef key) {
    std::vector<std::string> list;
    if (!has(key))
      return list;
    const json::Array *array = find(key).getAsArray();
    if (!array)
      wrong(key, "a list of strings");
    else
      for (const json::Value &value : *array) {
        if (!value.getAsString())
          wrong(key, "a list of strings");
        list.push_back(value.getAsString().value_or("").str());
      }
    return list;
  }
  Section section(StringRef key) {
    const json::Object *inner = find(key).getAsObject();
    if (!inner)
      wrong(key, "an object");
    return Section(inner, at(key), origin);
  }

  bool has(StringRef key) const { return object && object->get(key); }
  std::vector<std::string> keys() const {
    std::vector<std::string> list;
    if (object)
      for (auto &entry : *object)
        list.push_back(entry.first.str());
    llvm::sort(list);
    return list;
  }
  /// Takes over an error from a nested object.
  void join(const Section &inner) {
    if (message.empty())
      message = inner.message;
  }
  void wrong(StringRef key, const std::string &expected) {
    if (!message.empty())
      return;
    std::string found = "nothing";
    if (has(key))
      raw_string_ostream(found = "") << *object->get(key);
    if (found.size() > kMaxShown)
      found.replace(kMaxShown, std::string::npos, "...");
    message = fmt::format("'{}': found {} for '{}'; expected {}", origin.str(), found,
                          at(key), expected);
  }
  /// Reports any key of the object that was not read.
  void allowOnly(ArrayRef<StringRef> known) {
    for (const std::string &key : keys())
      if (!is_contained(known, key) && message.empty())
        message = fmt::format("'{}': unknown key '{}'; expected one of {}", origin.str(),
                              at(key), llvm::join(known, ", "));
  }
  llvm::Error finish() const {
    if (message.empty())
      return llvm::Error::success();
    return fail(ErrorKind::BadInput, "docs/Costs.md shows an example", "{}", message);
  }

private:
  const json::Value &find(StringRef key) const {
    static const json::Value null = nullptr;
    const json::Value *value = object ? object->get(key) : nullptr;
    return value ? *value : null;
  }
  std::string at(StringRef key) const {
    return path.empty() ? key.str() : path + "." + key.str();
  }

  const json::Object *object;
  std::string path;
  StringRef origin;
  std::string message;
};

} // namespace

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// The kinds that figures can speak of: additions cost nothing, and matrix products have
/// sections of their own.
static std::vector<WorkloadKind> pricedKinds() {
  std::vector<WorkloadKind> kinds;
  for (unsigned i = 0; i <= getMaxEnumValForWorkloadKind(); ++i)
    if (auto kind = static_cast<WorkloadKind>(i);
        kind != WorkloadKind::Local && kind != WorkloadKind::Matmul)
      kinds.push_back(kind);
  return kinds;
}

static std::optional<WorkloadKind> symbolizeKind(StringRef name) {
  auto kind = symbolizeWorkloadKind(name);
  return kind && is_contained(pricedKinds(), *kind) ? kind : std::nullopt;
}

static std::string kindNames() {
  return llvm::join(llvm::map_range(pricedKinds(), stringifyWorkloadKind), ", ");
}

static std::vector<GeluKind> readGeluKinds(Section &section) {
  SmallVector<StringRef> known;
  for (const Word<GeluKind> &word : words<GeluKind>())
    if (isOneFunction(word.value))
      known.push_back(word.name);
  std::vector<GeluKind> kinds;
  for (const std::string &name : section.texts("kinds")) {
    if (is_contained(known, name))
      kinds.push_back(*tacit::numerics::symbolizeGeluKind(name));
    else
      section.wrong("kinds", alternatives(known));
  }
  return kinds;
}

static Function readFunction(Section &section, WorkloadKind kind) {
  SmallVector<StringRef> known = {"bytes_per_element", "hops"};
  Function function;
  function.perElement = section.rate("bytes_per_element");
  function.hops = section.hops();
  if (kind == WorkloadKind::Gelu) {
    known.push_back("kinds");
    function.kinds = readGeluKinds(section);
  }
  if (kind == WorkloadKind::LayerNorm || kind == WorkloadKind::RMSNorm) {
    known.append({"bytes_per_element_outside_blocks", "includes_scale"});
    if (section.has("bytes_per_element_outside_blocks"))
      function.outsideBlocks = section.rate("bytes_per_element_outside_blocks");
    function.includesScale = section.flag("includes_scale");
  }
  section.allowOnly(known);
  return function;
}

static void readFunctions(Section &file, Figures &figures) {
  Section functions = file.section("functions");
  for (const std::string &name : functions.keys()) {
    auto kind = symbolizeKind(name);
    if (!kind) {
      functions.wrong(name, "one of the keys " + kindNames());
      break;
    }
    Section entry = functions.section(name);
    figures.functions[*kind] = readFunction(entry, *kind);
    functions.join(entry);
  }
  file.join(functions);
  for (const std::string &name : file.texts("included")) {
    auto kind = symbolizeKind(name);
    if (!kind || figures.functions.count(*kind))
      file.wrong("included", "kinds without a figure of " + kindNames());
    else
      figures.included.insert(*kind);
  }
}

static MatmulFigures readMatmul(Section &section) {
  section.allowOnly({"bytes_per_left_element", "bytes_per_right_element",
                     "bytes_per_result_element", "hops"});
  return {section.rate("bytes_per_left_element"), section.rate("bytes_per_right_element"),
          section.rate("bytes_per_result_element"), section.hops()};
}

static BlockFigures readBlock(Section &section) {
  section.allowOnly({"width", "products", "bytes_per_token", "feed_forward_products",
                     "feed_forward_bytes_per_token", "hops"});
  BlockFigures block;
  block.width = section.integer("width", 1, kMaxCount);
  block.products = section.integer("products", 1, 1000);
  block.feedForwardProducts = section.integer("feed_forward_products", 2, 1000);
  block.perToken = section.rate("bytes_per_token");
  block.feedForwardPerToken = section.rate("feed_forward_bytes_per_token");
  block.hops = section.hops();
  return block;
}

static VocabularyFigures readVocabulary(Section &section) {
  section.allowOnly({"width", "size", "bytes_per_token", "hops"});
  return {section.integer("width", 1, kMaxCount), section.integer("size", 1, kMaxCount),
          section.rate("bytes_per_token"), section.hops()};
}

/// Reads a section that a file may have.
template <typename Part>
static void readOptional(Section &file, StringRef key, std::optional<Part> &part,
                         Part (*read)(Section &)) {
  if (!file.has(key))
    return;
  Section section = file.section(key);
  part = read(section);
  file.join(section);
}

static Figures readFigures(Section &file) {
  Figures figures;
  figures.notes = file.texts("notes");
  readFunctions(file, figures);
  readOptional(file, "matmul", figures.matmul, readMatmul);
  readOptional(file, "block", figures.block, readBlock);
  readOptional(file, "vocabulary", figures.vocabulary, readVocabulary);
  return figures;
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

static SuiteInfo readInfo(Section &file) {
  file.allowOnly({"schema", "name", "title", "source", "threat_model", "measures",
                  "ring_bits", "fraction_bits", "notes", "functions", "included", "matmul",
                  "block", "vocabulary"});
  file.integer("schema", 1, 1);
  SuiteInfo info;
  info.kind = SuiteKind::Published;
  info.name = file.text("name");
  info.title = file.text("title");
  info.source = file.text("source");
  info.threatModel = file.text("threat_model");
  info.measures = file.text("measures");
  info.ringBits = file.integer("ring_bits", 2, 128);
  info.fractionBits = file.integer("fraction_bits", 0, info.ringBits - 1);
  return info;
}

static bool nestsTooDeep(StringRef text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"')
      quoted = !quoted;
    else if (quoted)
      i += text[i] == '\\';
    else if (text[i] == '[' || text[i] == '{')
      ++depth;
    else if (text[i] == ']' || text[i] == '}')
      --depth;
    if (depth > kMaxDepth)
      return true;
  }
  return false;
}

llvm::Expected<SuitePtr> parsePublishedSuite(StringRef text, StringRef origin) {
  if (nestsTooDeep(text))
    return fail(ErrorKind::BadInput, "docs/Costs.md shows an example",
                "the protocol '{}' has more than {} levels of brackets", origin.str(),
                kMaxDepth);
  auto value = json::parse(text);
  if (!value)
    return fail(ErrorKind::BadInput, "docs/Costs.md shows an example",
                "the protocol '{}' is not valid JSON: {}", origin.str(),
                toString(value.takeError()));
  if (!value->getAsObject())
    return fail(ErrorKind::BadInput, "docs/Costs.md shows an example",
                "the protocol '{}' is not a JSON object", origin.str());
  Section file(value->getAsObject(), "", origin);
  SuiteInfo info = readInfo(file);
  Figures figures = readFigures(file);
  if (llvm::Error error = file.finish())
    return std::move(error);
  return std::make_shared<PublishedSuite>(std::move(info), std::move(figures));
}

} // namespace tacit::cost
