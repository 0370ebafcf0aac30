//===- Schedule.cpp - What two parties and a dealer do --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Schedule.h"
#include "Checksum.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <numeric>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

static constexpr int64_t kWordBytes = sizeof(int64_t);

/// The value of the key `format`.
static constexpr StringLiteral kFormat = "tacit-two-party";

StringRef twoparty::nameOf(Party party) {
  return party == Party::Client ? "client" : "server";
}

//===----------------------------------------------------------------------===//
// Amounts
//===----------------------------------------------------------------------===//

int64_t Material::correctionBytes() const {
  return origin == Origin::Dealt ? static_cast<int64_t>(divideCeil(words * bits, 8)) : 0;
}

int64_t Message::sentBy(Party party) const {
  bool isAgainst = (direction == Direction::ToServer && party == Party::Server) ||
                   (direction == Direction::ToClient && party == Party::Client);
  return isAgainst ? 0 : words * kWordBytes;
}

int64_t Hop::sentBy(Party party) const {
  int64_t bytes = 0;
  for (const Message &message : messages)
    bytes += message.sentBy(party);
  return bytes;
}

int64_t Argument::words() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

Traffic Schedule::forecast() const {
  Traffic traffic;
  traffic.hops = hops.size();
  for (const Hop &hop : hops) {
    traffic.toServer += hop.sentBy(Party::Client);
    traffic.toClient += hop.sentBy(Party::Server);
  }
  for (const Material &material : materials)
    traffic.offline += material.correctionBytes();
  for (const Argument &argument : arguments)
    if (argument.kind == Argument::Kind::Weight)
      traffic.setup += argument.words() * kWordBytes;
  return traffic;
}

const Material *Schedule::findMaterial(int64_t id) const {
  auto found = llvm::lower_bound(
      materials, id, [](const Material &material, int64_t id) { return material.id < id; });
  return found != materials.end() && found->id == id ? &*found : nullptr;
}

//===----------------------------------------------------------------------===//
// Words of the format
//===----------------------------------------------------------------------===//

namespace {
/// The words that stand for the values of an enum, in their order.
template <typename Enum>
struct WordsOf;
template <>
struct WordsOf<Argument::Kind> {
  static constexpr StringLiteral words[] = {"input", "constant", "weight", "state"};
};
template <>
struct WordsOf<Result::Kind> {
  static constexpr StringLiteral words[] = {"revealed", "state"};
};
} // namespace

template <typename Enum>
static StringRef wordFor(Enum value) {
  return WordsOf<Enum>::words[static_cast<size_t>(value)];
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static void addSite(json::Object &object, const Site &site) {
  auto nameOrNull = [](const std::string &name) {
    return name.empty() ? json::Value(nullptr) : json::Value(json::fixUTF8(name));
  };
  object["op"] = site.op;
  object["site"] = nameOrNull(site.name);
  object["node"] = nameOrNull(site.node);
}

static json::Array shapeJson(ArrayRef<int64_t> shape) {
  json::Array array;
  for (int64_t size : shape)
    array.push_back(size);
  return array;
}

/// Random words may be known to one party.
static json::Value knowerOf(Origin origin) {
  switch (origin) {
  case Origin::Client:
    return nameOf(Party::Client);
  case Origin::Server:
    return nameOf(Party::Server);
  default:
    return nullptr;
  }
}

static json::Object toJson(const Material &material) {
  json::Object object{{"id", material.id},
                      {"dealt", material.origin == Origin::Dealt},
                      {"known_to", knowerOf(material.origin)},
                      {"words", material.words},
                      {"bits", material.bits},
                      {"boolean", material.isBoolean},
                      {"session", material.isSession}};
  addSite(object, material.site);
  return object;
}

static json::Object toJson(const Hop &hop) {
  json::Array messages;
  for (const Message &message : hop.messages) {
    json::Object object{{"to_server_words", message.sentBy(Party::Client) / kWordBytes},
                        {"to_client_words", message.sentBy(Party::Server) / kWordBytes}};
    addSite(object, message.site);
    messages.push_back(std::move(object));
  }
  return json::Object{{"client_to_server_bytes", hop.sentBy(Party::Client)},
                      {"server_to_client_bytes", hop.sentBy(Party::Server)},
                      {"messages", std::move(messages)}};
}

static json::Object toJson(const Argument &argument) {
  json::Object object{{"name", json::fixUTF8(argument.name)},
                      {"kind", wordFor(argument.kind)},
                      {"shape", shapeJson(argument.shape)}};
  if (argument.mask)
    object["mask"] = *argument.mask;
  if (!argument.other.empty())
    object["other"] = json::fixUTF8(argument.other);
  return object;
}

static json::Object toJson(const Result &result) {
  return json::Object{{"name", json::fixUTF8(result.name)},
                      {"kind", wordFor(result.kind)},
                      {"shape", shapeJson(result.shape)}};
}

static json::Object toJson(const Disclosed &disclosed) {
  return json::Object{{"name", json::fixUTF8(disclosed.name)},
                      {"bytes", disclosed.bytes},
                      {"reason", disclosed.reason}};
}

static json::Object toJson(const Approximation &approximation) {
  return json::Object{{"op", approximation.op},
                      {"largest_error", approximation.largestError}};
}

template <typename T>
static json::Array listJson(const std::vector<T> &items) {
  json::Array array;
  for (const T &item : items)
    array.push_back(toJson(item));
  return array;
}

json::Object twoparty::toJson(const Traffic &traffic) {
  return json::Object{{"client_to_server_bytes", traffic.toServer},
                      {"server_to_client_bytes", traffic.toClient},
                      {"hops", traffic.hops},
                      {"offline_bytes", traffic.offline},
                      {"setup_bytes", traffic.setup}};
}

json::Object twoparty::toJson(const Schedule &schedule) {
  return json::Object{{"schema", 1},
                      {"format", kFormat},
                      {"version", kFormatVersion},
                      {"package", schedule.package},
                      {"ring_bits", schedule.ringBits},
                      {"fraction_bits", schedule.fractionBits},
                      {"total", toJson(schedule.forecast())},
                      {"disclosed", listJson(schedule.disclosed)},
                      {"approximations", listJson(schedule.approximations)},
                      {"arguments", listJson(schedule.arguments)},
                      {"results", listJson(schedule.results)},
                      {"materials", listJson(schedule.materials)},
                      {"hops", listJson(schedule.hops)}};
}

bool twoparty::isScheduleFile(StringRef contents) {
  return contents.contains(("\"format\": \"" + kFormat + "\"").str());
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Reads a schedule and remembers the first thing that is wrong with it.
class Reader {
public:
  explicit Reader(StringRef path) : path(path) {}

  Schedule read(const json::Value &root);
  llvm::Error finish() {
    if (problem.empty())
      return llvm::Error::success();
    return fail(ErrorKind::BadInput, "make the package again with tacit compile",
                "'{}' is not a schedule that can run: {}", path.str(), problem);
  }

private:
  /// The places of the values that are read: "hops[3].messages[0].words".
  struct Place {
    Reader &reader;
    const std::string &name;
    Place(Reader &reader, const std::string &name) : reader(reader), name(name) {
      before = reader.where.size();
      if (!reader.where.empty() && name[0] != '[')
        reader.where += '.';
      reader.where += name;
    }
    ~Place() { reader.where.resize(before); }
    size_t before;
  };

  void complain(const std::string &what) {
    if (problem.empty())
      problem = fmt::format("{} {}", where.empty() ? "the file" : where, what);
  }

  const json::Value *find(const json::Object &object, StringRef key) {
    const json::Value *value = object.get(key);
    if (!value)
      complain(fmt::format("has no '{}'", key.str()));
    return value;
  }
  std::string text(const json::Object &object, StringRef key, bool mayBeNull = false);
  int64_t number(const json::Object &object, StringRef key, int64_t least, int64_t most);
  bool flag(const json::Object &object, StringRef key);
  template <typename Enum>
  Enum word(const json::Object &object, StringRef key);
  std::vector<int64_t> shape(const json::Object &object);
  Site site(const json::Object &object) {
    return {text(object, "op"), text(object, "site", /*mayBeNull=*/true),
            text(object, "node", /*mayBeNull=*/true)};
  }
  /// Calls `read` with each object of a list.
  template <typename T>
  std::vector<T> list(const json::Object &object, StringRef key,
                      function_ref<T(const json::Object &)> read);

  Origin origin(const json::Object &object);
  Material material(const json::Object &object);
  Message message(const json::Object &object);
  Argument argument(const json::Object &object);
  void checkHeader(const json::Object &object);
  void checkMaterials(const Schedule &schedule);

  StringRef path;
  std::string where, problem;
};
} // namespace

/// More would not fit the memory of any machine, and sums of them stay below 2^63.
static constexpr int64_t kMostWords = int64_t(1) << 40;

std::string Reader::text(const json::Object &object, StringRef key, bool mayBeNull) {
  const json::Value *value = find(object, key);
  if (!value || (mayBeNull && value->getAsNull()))
    return "";
  if (auto string = value->getAsString())
    return string->str();
  complain(fmt::format("has a '{}' that is no text", key.str()));
  return "";
}

int64_t Reader::number(const json::Object &object, StringRef key, int64_t least,
                       int64_t most) {
  const json::Value *value = find(object, key);
  if (!value)
    return least;
  auto found = value->getAsInteger();
  if (found && *found >= least && *found <= most)
    return *found;
  complain(fmt::format("has '{}' {}; expected an integer from {} to {}", key.str(),
                       found ? std::to_string(*found) : "that is no integer", least, most));
  return least;
}

bool Reader::flag(const json::Object &object, StringRef key) {
  const json::Value *value = find(object, key);
  if (!value)
    return false;
  auto found = value->getAsBoolean();
  if (!found)
    complain(fmt::format("has a '{}' that is neither true nor false", key.str()));
  return found.value_or(false);
}

template <typename Enum>
Enum Reader::word(const json::Object &object, StringRef key) {
  std::string found = text(object, key);
  for (auto [i, word] : enumerate(WordsOf<Enum>::words))
    if (word == found)
      return static_cast<Enum>(i);
  complain(fmt::format("has '{}' \"{}\"; expected one of: {}", key.str(), found,
                       join(ArrayRef(WordsOf<Enum>::words), ", ")));
  return Enum();
}

std::vector<int64_t> Reader::shape(const json::Object &object) {
  std::vector<int64_t> sizes;
  const json::Value *value = find(object, "shape");
  const json::Array *array = value ? value->getAsArray() : nullptr;
  if (value && !array)
    complain("has a 'shape' that is no list");
  if (!array)
    return sizes;
  int64_t words = 1;
  for (const json::Value &size : *array) {
    auto number = size.getAsInteger();
    if (!number || *number < 0 || *number > kMostWords || *number * words > kMostWords) {
      complain("has a 'shape' that is no list of sizes");
      return {};
    }
    words = std::max<int64_t>(words * *number, 1);
    sizes.push_back(*number);
  }
  return sizes;
}

template <typename T>
std::vector<T> Reader::list(const json::Object &object, StringRef key,
                            function_ref<T(const json::Object &)> read) {
  std::vector<T> items;
  const json::Value *value = find(object, key);
  const json::Array *array = value ? value->getAsArray() : nullptr;
  if (value && !array)
    complain(fmt::format("has a '{}' that is no list", key.str()));
  if (!array)
    return items;
  std::string name = key.str();
  Place place(*this, name);
  for (auto [i, item] : enumerate(*array)) {
    std::string number = fmt::format("[{}]", i);
    Place place(*this, number);
    const json::Object *entry = item.getAsObject();
    if (!entry)
      complain("is no object");
    else
      items.push_back(read(*entry));
    if (!problem.empty())
      break;
  }
  return items;
}

Origin Reader::origin(const json::Object &object) {
  bool isDealt = flag(object, "dealt");
  std::string knower = text(object, "known_to", /*mayBeNull=*/true);
  for (auto [party, origin] :
       {std::pair(Party::Client, Origin::Client), std::pair(Party::Server, Origin::Server)})
    if (knower == nameOf(party) && !isDealt)
      return origin;
  if (!knower.empty())
    complain(fmt::format("has 'known_to' \"{}\"; expected \"client\" or \"server\", or "
                         "null for what is dealt",
                         knower));
  return isDealt ? Origin::Dealt : Origin::Drawn;
}

Material Reader::material(const json::Object &object) {
  Material material;
  material.id = number(object, "id", 0, kMostWords);
  material.origin = origin(object);
  material.words = number(object, "words", 0, kMostWords);
  material.bits = number(object, "bits", 1, 64);
  material.isBoolean = flag(object, "boolean");
  material.isSession = flag(object, "session");
  material.site = site(object);
  return material;
}

Message Reader::message(const json::Object &object) {
  int64_t toServer = number(object, "to_server_words", 0, kMostWords),
          toClient = number(object, "to_client_words", 0, kMostWords);
  if (toServer && toClient && toServer != toClient)
    complain("has other numbers of words in both directions; expected one number");
  if (!toServer && !toClient)
    complain("has no words; expected at least one in a direction");
  return {std::max(toServer, toClient),
          !toClient   ? Direction::ToServer
          : !toServer ? Direction::ToClient
                      : Direction::Both,
          site(object)};
}

Argument Reader::argument(const json::Object &object) {
  Argument argument;
  argument.name = text(object, "name");
  argument.kind = word<Argument::Kind>(object, "kind");
  argument.shape = shape(object);
  if (argument.kind == Argument::Kind::Weight)
    argument.mask = number(object, "mask", 0, kMostWords);
  if (object.get("other"))
    argument.other = text(object, "other");
  return argument;
}

void Reader::checkHeader(const json::Object &object) {
  if (std::string format = text(object, "format"); problem.empty() && format != kFormat)
    complain(fmt::format("has the format \"{}\"; expected \"{}\"", format, kFormat.str()));
  if (int64_t version = number(object, "version", 0, INT32_MAX);
      problem.empty() && version != kFormatVersion)
    complain(fmt::format("has version {}; expected {}", version, kFormatVersion));
}

/// A material has one number, and the mask of a weight as many words as the weight.
void Reader::checkMaterials(const Schedule &schedule) {
  int64_t last = -1;
  for (const Material &material : schedule.materials) {
    if (material.id <= last)
      complain(fmt::format("has material {} after {}; expected ascending numbers",
                           material.id, last));
    last = material.id;
  }
  for (const Argument &argument : schedule.arguments) {
    if (!argument.mask)
      continue;
    const Material *mask = schedule.findMaterial(*argument.mask);
    if (!mask || mask->origin != Origin::Server || !mask->isSession ||
        mask->words != argument.words())
      complain(fmt::format("masks the weight '{}' with material {}; expected one of the "
                           "server, for a session, with {} words",
                           argument.name, *argument.mask, argument.words()));
  }
}

Schedule Reader::read(const json::Value &root) {
  Schedule schedule;
  const json::Object *object = root.getAsObject();
  if (!object) {
    complain("is no object");
    return schedule;
  }
  checkHeader(*object);
  if (!problem.empty())
    return schedule;
  schedule.package = text(*object, "package");
  if (schedule.package.size() != 32 || !all_of(schedule.package, isHexDigit))
    complain("has no 'package' of 32 hexadecimal digits");
  schedule.ringBits = number(*object, "ring_bits", 64, 64);
  schedule.fractionBits = number(*object, "fraction_bits", 0, 31);
  schedule.arguments =
      list<Argument>(*object, "arguments", [&](auto &item) { return argument(item); });
  schedule.results = list<Result>(*object, "results", [&](const json::Object &item) {
    return Result{text(item, "name"), word<Result::Kind>(item, "kind"), shape(item)};
  });
  schedule.materials =
      list<Material>(*object, "materials", [&](auto &item) { return material(item); });
  schedule.hops = list<Hop>(*object, "hops", [&](const json::Object &item) {
    return Hop{list<Message>(item, "messages", [&](auto &item) { return message(item); })};
  });
  schedule.disclosed = list<Disclosed>(*object, "disclosed", [&](const json::Object &item) {
    return Disclosed{text(item, "name"), number(item, "bytes", 0, INT64_MAX),
                     text(item, "reason")};
  });
  schedule.approximations =
      list<Approximation>(*object, "approximations", [&](const json::Object &item) {
        auto error = item.getNumber("largest_error");
        if (!error || !(*error >= 0))
          complain("has no 'largest_error' of at least 0");
        return Approximation{text(item, "op"), error.value_or(0)};
      });
  if (problem.empty())
    checkMaterials(schedule);
  return schedule;
}

Expected<Schedule> twoparty::parseSchedule(StringRef text, StringRef path) {
  auto root = json::parse(text);
  if (!root)
    return fail(ErrorKind::BadInput, "make the package again with tacit compile",
                "'{}' is no JSON: {}", path.str(), toString(root.takeError()));
  Reader reader(path);
  Schedule schedule = reader.read(*root);
  if (llvm::Error error = reader.finish())
    return std::move(error);
  return schedule;
}

static Expected<std::unique_ptr<MemoryBuffer>> readPublic(StringRef path, bool isText) {
  auto file = readInput(path, isText);
  if (!file)
    return fail(ErrorKind::BadInput,
                "give the folder of a package, which tacit compile makes for two parties",
                "cannot read '{}': {}", path.str(), file.getError().message());
  return std::move(*file);
}

Expected<Schedule> twoparty::readSchedule(StringRef path, ArrayRef<std::string> programs) {
  auto file = readPublic(path, /*isText=*/true);
  if (!file)
    return file.takeError();
  auto schedule = parseSchedule((*file)->getBuffer(), path);
  if (!schedule || programs.empty())
    return schedule;
  std::vector<uint8_t> hashes;
  auto add = [&](StringRef bytes) {
    append_range(hashes, hashOf({bytes.bytes_begin(), bytes.size()}));
  };
  add((*file)->getBuffer());
  for (const std::string &program : programs) {
    auto code = readPublic(program, /*isText=*/false);
    if (!code)
      return code.takeError();
    add((*code)->getBuffer());
  }
  schedule->files = hashOf(hashes);
  return schedule;
}
