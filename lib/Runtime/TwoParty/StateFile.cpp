//===- StateFile.cpp - Shares that outlive a run --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/StateFile.h"
#include "ByteStream.h"
#include "Checksum.h"
#include "PrivateFiles.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "tacit/Support/OutputFiles.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

static constexpr StringLiteral kMagic = "TACITSTA";
static constexpr const char *kRunAgain =
    "run again what writes the state, and give each party its own file";

bool tacit::twoparty::isStateFile(StringRef contents) {
  return contents.starts_with(kMagic);
}

std::array<uint8_t, 16> tacit::twoparty::stateNumber(const Schedule &schedule,
                                                     const DealingNumber &dealing,
                                                     int64_t inference) {
  ByteWriter out;
  out.add("tacit state 1");
  out.add(packageNumber(schedule));
  out.add(dealing.bytes);
  out.add64(inference);
  return hashOf(out.raw());
}

llvm::Error tacit::twoparty::writeState(StringRef path, Party party,
                                        const Schedule &schedule,
                                        const StateShares &state) {
  if (llvm::Error error = OutputFiles().check(path, isStateFile))
    return error;
  ByteWriter out;
  out.add(kMagic);
  out.add32(kFormatVersion);
  out.add32(static_cast<uint32_t>(party));
  out.add(state.number);
  out.add32(schedule.ringBits);
  out.add32(schedule.fractionBits);
  out.add32(state.shares.size());
  for (auto [name, share] : zip_equal(state.names, state.shares)) {
    out.add32(name.size());
    out.add(StringRef(name));
    out.add32(share.shape.size());
    for (int64_t size : share.shape)
      out.add64(size);
  }
  for (const HostTensor &share : state.shares)
    out.add(StringRef(share.data.data(), share.data.size()));
  out.add(checksumOf(out.raw()));
  return replaceFile(path, {out.raw()});
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Reads a file whose checksum is right: what it holds was written by this program, but for
/// another package, perhaps.
class StateReader {
public:
  StateReader(StringRef path, ArrayRef<char> bytes) : path(path.str()), in(bytes) {}

  Expected<StateShares> read(Party party, const Schedule &schedule);

private:
  llvm::Error refuse(const std::string &what) {
    return fail(ErrorKind::BadInput, kRunAgain, "'{}' {}", path, what);
  }
  llvm::Error readHeader(Party party, const Schedule &schedule, StateShares &state,
                         uint32_t &count);
  llvm::Error readShape(StateShares &state);
  Expected<std::vector<size_t>> findArrays(const Schedule &schedule,
                                           const StateShares &state);
  llvm::Error checkShapes(const Schedule &schedule, const StateShares &state);

  std::string path;
  ByteReader in;
};
} // namespace

llvm::Error StateReader::readHeader(Party party, const Schedule &schedule,
                                    StateShares &state, uint32_t &count) {
  (void)in.get64();
  uint32_t version = in.get32(), number = in.get32();
  state.number = in.getBytes<16>();
  uint32_t ring = in.get32(), fraction = in.get32();
  count = in.get32();
  if (version != kFormatVersion)
    return refuse(
        fmt::format("has version {} of the format; expected {}", version, kFormatVersion));
  if (number != static_cast<uint32_t>(party))
    return refuse(fmt::format("is the state of the {}; expected that of the {}",
                              nameOf(otherOf(party)).str(), nameOf(party).str()));
  if (ring != schedule.ringBits || fraction != schedule.fractionBits)
    return refuse(
        fmt::format("has words of {} bits with {} of fraction; expected {} and {}", ring,
                    fraction, schedule.ringBits, schedule.fractionBits));
  return llvm::Error::success();
}

llvm::Error StateReader::readShape(StateShares &state) {
  state.names.push_back(in.getText(in.get32()));
  HostTensor share{TACIT_I64, {}, {}};
  uint32_t rank = in.get32();
  if (rank > TACIT_MAX_RANK)
    return refuse(fmt::format("has an array of {} dimensions", rank));
  for (uint32_t i = 0; i < rank; ++i)
    share.shape.push_back(static_cast<int64_t>(in.get64()));
  state.shares.push_back(std::move(share));
  return in.isGood() ? llvm::Error::success() : refuse("is truncated");
}

/// Returns the place in the file of what each argument continues from.
Expected<std::vector<size_t>> StateReader::findArrays(const Schedule &schedule,
                                                      const StateShares &state) {
  std::vector<size_t> places, found;
  std::string missing;
  bool isKnown = true;
  for (size_t i = 0; i < state.names.size(); ++i)
    places.push_back(i);
  for (const Argument &argument : schedule.arguments) {
    if (argument.kind != Argument::Kind::State)
      continue;
    isKnown &= !argument.other.empty();
    auto it = llvm::find(state.names, argument.other);
    if (it != state.names.end())
      found.push_back(it - state.names.begin());
    else if (missing.empty())
      missing = argument.other;
  }
  if (found.empty() || !isKnown)
    return places;
  if (!missing.empty())
    return refuse(fmt::format("has no array '{}', but others that this package continues "
                              "from",
                              missing));
  return found;
}

llvm::Error StateReader::checkShapes(const Schedule &schedule, const StateShares &state) {
  size_t next = 0;
  for (const Argument &argument : schedule.arguments) {
    if (argument.kind != Argument::Kind::State)
      continue;
    if (next < state.shares.size() &&
        ArrayRef(state.shares[next].shape) != ArrayRef(argument.shape))
      return refuse(fmt::format("has '{}' of shape {}; expected '{}' of shape {}",
                                state.names[next], shapeText(state.shares[next].shape),
                                argument.name, shapeText(argument.shape)));
    ++next;
  }
  if (next == state.shares.size())
    return llvm::Error::success();
  return refuse(fmt::format("has {} arrays; expected {}", state.shares.size(), next));
}

Expected<StateShares> StateReader::read(Party party, const Schedule &schedule) {
  StateShares state;
  uint32_t count = 0;
  if (llvm::Error error = readHeader(party, schedule, state, count))
    return std::move(error);
  for (uint32_t i = 0; i < count; ++i)
    if (llvm::Error error = readShape(state))
      return std::move(error);
  auto places = findArrays(schedule, state);
  if (!places)
    return places.takeError();
  StateShares arranged{state.number, {}, {}};
  for (size_t place : *places) {
    arranged.names.push_back(state.names[place]);
    arranged.shares.push_back(state.shares[place]);
  }
  if (llvm::Error error = checkShapes(schedule, arranged))
    return std::move(error);
  for (HostTensor &share : state.shares) {
    // The shape is that of an argument, which the schedule bounds.
    std::string words = in.getText(*tensorBytes(TACIT_I64, share.shape));
    share.data.assign(words.begin(), words.end());
  }
  if (!in.isGood() || in.left() != 0)
    return refuse("has another length than its header says");
  for (auto [i, place] : enumerate(*places))
    arranged.shares[i] = std::move(state.shares[place]);
  return arranged;
}

Expected<StateShares> tacit::twoparty::readState(StringRef path, Party party,
                                                 const Schedule &schedule) {
  noteInput(path);
  auto file = OpenFile::openForReading(path);
  if (!file)
    return file.takeError();
  auto size = file->size();
  if (!size)
    return size.takeError();
  std::vector<uint8_t> bytes(*size);
  if (llvm::Error error = file->read(0, bytes))
    return std::move(error);
  StringRef text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  if (!isStateFile(text))
    return fail(ErrorKind::BadInput, kRunAgain, "'{}' is not a file of shares", path.str());
  Checksum sum;
  bool isWhole = bytes.size() >= sum.size();
  ArrayRef<uint8_t> rest(bytes);
  if (isWhole)
    isWhole = rest.take_back(sum.size()) ==
              ArrayRef<uint8_t>(checksumOf(rest.drop_back(sum.size())));
  if (!isWhole)
    return fail(ErrorKind::BadInput, kRunAgain, "'{}' is damaged", path.str());
  StateReader reader(path, {text.data(), text.size() - sum.size()});
  return reader.read(party, schedule);
}
