//===- BlockPlan.cpp - Sublayers put together as blocks -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit::nn;

SmallVector<unsigned, 2> tacit::nn::numbersInPath(StringRef node) {
  SmallVector<unsigned, 2> numbers;
  SmallVector<StringRef> words;
  // The last component is the node, whose number counts nodes.
  SplitString(node.substr(0, node.rfind('/') + 1), words, "/._");
  for (StringRef word : words) {
    StringRef digits = word.substr(word.find_last_not_of("0123456789") + 1);
    unsigned number;
    if (node.contains('/') && !digits.empty() && !digits.getAsInteger(10, number))
      numbers.push_back(number);
  }
  return numbers;
}

namespace {

/// Finds out where the blocks of one stream of values begin.
class Stream {
public:
  Stream(ArrayRef<SublayerShape> sublayers, ArrayRef<unsigned> members)
      : sublayers(sublayers), members(members) {
    findRuns();
    findPosition();
  }

  /// Sets the bits of attentions that belong to the block of the attention before them,
  /// and of other sublayers that belong to the attention after them.
  void decide(std::vector<bool> &joins, std::vector<bool> &leads) const;

private:
  /// Attentions one after the other, as positions in `members`, and what follows them.
  struct Run {
    size_t begin, end;
    size_t numFollowing;
  };

  const SublayerShape &at(size_t i) const { return sublayers[members[i]]; }
  std::optional<unsigned> keyOf(size_t i) const;
  void findRuns();
  void findPosition();
  bool areRunsBlocks() const;
  bool isRepeated() const;
  bool isLeading(size_t i, const Run &before, const Run &after, bool isByCount) const;

  ArrayRef<SublayerShape> sublayers;
  ArrayRef<unsigned> members;
  std::vector<Run> runs;
  size_t numLeading = 0; ///< sublayers before the first attention
  /// Which number of a path counts blocks: the first that is not the same everywhere.
  std::optional<size_t> position;
};

} // namespace

void Stream::findRuns() {
  for (size_t i = 0; i < members.size();) {
    if (!at(i).hasAttention) {
      ++i;
      continue;
    }
    Run run{i, i, 0};
    while (run.end < members.size() && at(run.end).hasAttention)
      ++run.end;
    for (i = run.end; i < members.size() && !at(i).hasAttention; ++i)
      ++run.numFollowing;
    runs.push_back(run);
  }
  numLeading = runs.empty() ? members.size() : runs.front().begin;
}

void Stream::findPosition() {
  SmallVector<ArrayRef<unsigned>> paths;
  for (const Run &run : runs)
    for (size_t i = run.begin; i < run.end; ++i)
      paths.push_back(at(i).numbers);
  for (size_t k = 0; !paths.empty(); ++k) {
    if (any_of(paths, [&](ArrayRef<unsigned> path) { return path.size() <= k; }))
      return;
    if (any_of(paths,
               [&](ArrayRef<unsigned> path) { return path[k] != paths.front()[k]; })) {
      position = k;
      return;
    }
  }
}

/// Returns the number that the file gives to the block of a sublayer.
std::optional<unsigned> Stream::keyOf(size_t i) const {
  ArrayRef<unsigned> numbers = at(i).numbers;
  return position && *position < numbers.size() ? std::optional(numbers[*position])
                                                : std::nullopt;
}

/// Returns true if all runs have the same number of attentions, more than one, and a
/// feed-forward layer after them: temporal and spatial attention, for example.
bool Stream::areRunsBlocks() const {
  auto size = [](const Run &run) { return run.end - run.begin; };
  return runs.size() > 1 && size(runs.front()) > 1 && all_of(runs, [&](const Run &run) {
           return size(run) == size(runs.front()) && run.numFollowing > 0 &&
                  none_of(seq(run.begin, run.end),
                          [&](size_t i) { return at(i).hasActivation; });
         });
}

/// Returns true if between any two runs there are as many sublayers as before the first and
/// after the last together: feed-forward layers on both sides, for example.
bool Stream::isRepeated() const {
  return numLeading > 0 && runs.size() > 1 &&
         all_of(ArrayRef(runs).drop_back(), [&](const Run &run) {
           return run.numFollowing == numLeading + runs.back().numFollowing;
         });
}

/// Returns true if a sublayer between two runs belongs to the second. The file's numbers
/// decide if it has them.
bool Stream::isLeading(size_t i, const Run &before, const Run &after,
                       bool isByCount) const {
  auto last = keyOf(before.end - 1), next = keyOf(after.begin), own = keyOf(i);
  if (last && next && own && last != next && (own == last || own == next))
    return own == next;
  return isByCount && after.begin - i <= numLeading;
}

void Stream::decide(std::vector<bool> &joins, std::vector<bool> &leads) const {
  bool isOneBlock = areRunsBlocks(), isByCount = isRepeated();
  for (const Run &run : runs)
    for (size_t i = run.begin + 1; i < run.end; ++i) {
      auto before = keyOf(i - 1), own = keyOf(i);
      joins[members[i]] = before && own ? before == own : isOneBlock;
    }
  for (auto [before, after] : zip(ArrayRef(runs).drop_back(runs.empty() ? 0 : 1),
                                  ArrayRef(runs).drop_front(runs.empty() ? 0 : 1))) {
    bool isAfter = false;
    for (size_t i = before.end; i < after.begin; ++i)
      leads[members[i]] = isAfter = isAfter || isLeading(i, before, after, isByCount);
  }
}

namespace {

/// Gives numbers to blocks, in the order of their attentions.
class Planner {
public:
  explicit Planner(ArrayRef<SublayerShape> sublayers);
  BlockPlan plan();

private:
  /// What a block has so far.
  struct Contents {
    bool hasSelf, hasCross;
    bool isClosed; ///< by a layer that has no attention
  };

  void placeAttention(unsigned i);

  ArrayRef<SublayerShape> sublayers;
  std::vector<bool> joins, leads;
  std::vector<Contents> contents;
  BlockPlan result;
};

} // namespace

Planner::Planner(ArrayRef<SublayerShape> sublayers)
    : sublayers(sublayers), joins(sublayers.size()), leads(sublayers.size()) {
  result.blocks.resize(sublayers.size());
  std::vector<unsigned> streamOf(sublayers.size());
  std::vector<SmallVector<unsigned>> streams;
  for (auto [i, sublayer] : enumerate(sublayers)) {
    streamOf[i] = sublayer.previous ? streamOf[*sublayer.previous] : streams.size();
    if (!sublayer.previous)
      streams.emplace_back();
    streams[streamOf[i]].push_back(i);
  }
  for (ArrayRef<unsigned> members : streams)
    Stream(sublayers, members).decide(joins, leads);
}

/// Adds an attention to the block before it on its stream, or begins another one.
void Planner::placeAttention(unsigned i) {
  const SublayerShape &sublayer = sublayers[i];
  std::optional<unsigned> before = sublayer.previous;
  if (before && result.blocks[*before]) {
    unsigned block = *result.blocks[*before];
    Contents &has = contents[block];
    bool &isFull = sublayer.isCross ? has.hasCross : has.hasSelf;
    if (!has.isClosed && (joins[i] || !isFull)) {
      isFull = true;
      result.blocks[i] = block;
      return;
    }
  }
  result.blocks[i] = contents.size();
  contents.push_back({!sublayer.isCross, sublayer.isCross, false});
  // Layers before the first attention of a stream belong to its block, and so do those that
  // lead to this one.
  for (; before && !result.blocks[*before]; before = sublayers[*before].previous)
    result.blocks[*before] = result.blocks[i];
}

BlockPlan Planner::plan() {
  for (auto [i, sublayer] : enumerate(sublayers)) {
    if (sublayer.hasAttention) {
      placeAttention(i);
    } else if (sublayer.previous && !leads[i] && result.blocks[*sublayer.previous]) {
      result.blocks[i] = result.blocks[*sublayer.previous];
      contents[*result.blocks[i]].isClosed = true;
    }
  }
  result.count = contents.size();
  return std::move(result);
}

BlockPlan tacit::nn::planBlocks(ArrayRef<SublayerShape> sublayers) {
  return Planner(sublayers).plan();
}
