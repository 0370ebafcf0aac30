//===- PartySession.cpp - One inference of a party ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/PartySession.h"
#include "ByteStream.h"
#include "Hello.h"
#include "StoppableRun.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <chrono>
#include <map>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

static ArrayRef<char> bytesOf(ArrayRef<int64_t> words) {
  return {reinterpret_cast<const char *>(words.data()), words.size() * sizeof(int64_t)};
}
static MutableArrayRef<char> bytesOf(MutableArrayRef<int64_t> words) {
  return {reinterpret_cast<char *>(words.data()), words.size() * sizeof(int64_t)};
}
static MutableArrayRef<int64_t> wordsOf(HostTensor &tensor) {
  return {reinterpret_cast<int64_t *>(tensor.data.data()),
          tensor.data.size() / sizeof(int64_t)};
}

static constexpr const char *kCompileAgain = "compile the package again";

//===----------------------------------------------------------------------===//
// What stands around the program
//===----------------------------------------------------------------------===//

namespace {

struct PendingMessage {
  Direction direction;
  ArrayRef<int64_t> mine;
  MutableArrayRef<int64_t> theirs;
};

/// Answers the calls of a party's program.
class Surroundings {
public:
  Surroundings(const PartyTask &task, PartyMaterial &material, Channel &channel,
               RunReport &report)
      : task(task), material(material), channel(channel), report(report),
        lastHop(Clock::now()) {}

  llvm::Error run(ArrayRef<tacit_tensor> inputs, std::vector<HostTensor> &outputs);

private:
  llvm::Error share(int64_t id, MutableArrayRef<int64_t> words);
  llvm::Error exchange();
  llvm::Error checkHop(const Hop *hop) const;
  void count(const Hop &hop, double waited);
  void observe();

  const PartyTask &task;
  PartyMaterial &material;
  Channel &channel;
  RunReport &report;
  Clock::time_point lastHop;
  std::vector<PendingMessage> pending;
  std::map<std::tuple<std::string, std::string, std::string>, size_t> sites;
  size_t nextHop = 0;
  StoppableRun code;
};

} // namespace

llvm::Error Surroundings::share(int64_t id, MutableArrayRef<int64_t> words) {
  const Material *found = task.schedule.findMaterial(id);
  if (found && found->words == static_cast<int64_t>(words.size()))
    return material.share(*found, words);
  return fail(ErrorKind::BadInput, kCompileAgain,
              "the program asks for material {} of {} words, which the schedule does not "
              "have",
              id, words.size());
}

/// The program sends exactly what was forecast.
llvm::Error Surroundings::checkHop(const Hop *hop) const {
  bool isSame = hop && hop->messages.size() == pending.size();
  for (size_t i = 0; isSame && i < pending.size(); ++i)
    isSame = hop->messages[i].direction == pending[i].direction &&
             hop->messages[i].words == static_cast<int64_t>(pending[i].mine.size());
  if (isSame)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, kCompileAgain,
              "the program sends other messages in hop {} than the schedule has", nextHop);
}

void Surroundings::count(const Hop &hop, double waited) {
  HopReport counts;
  counts.sent = hop.sentBy(task.party);
  counts.received = hop.sentBy(otherOf(task.party));
  counts.waitSeconds = waited;
  counts.computeSeconds = secondsSince(lastHop) - waited;
  report.byHop.push_back(counts);
  for (const Message &message : hop.messages) {
    const Site &place = message.site;
    auto [it, isNew] =
        sites.try_emplace({place.op, place.name, place.node}, report.bySite.size());
    if (isNew)
      report.bySite.push_back({place});
    SiteReport &site = report.bySite[it->second];
    site.sent += message.sentBy(task.party);
    site.received += message.sentBy(otherOf(task.party));
    ++site.messages;
  }
}

void Surroundings::observe() {
  for (auto [i, message] : enumerate(pending))
    task.observer({nextHop, i, message.direction, message.mine, message.theirs});
}

llvm::Error Surroundings::exchange() {
  const std::vector<Hop> &hops = task.schedule.hops;
  const Hop *hop = nextHop < hops.size() ? &hops[nextHop] : nullptr;
  if (llvm::Error error = checkHop(hop))
    return error;
  Direction away = task.party == Party::Client ? Direction::ToServer : Direction::ToClient;
  SmallVector<Channel::Bytes, 8> sent;
  SmallVector<Channel::Buffer, 8> received;
  for (const PendingMessage &message : pending) {
    bool isSent = message.direction == Direction::Both || message.direction == away;
    bool isReceived = message.direction == Direction::Both || message.direction != away;
    if (isSent)
      sent.push_back(bytesOf(message.mine));
    if (isReceived)
      received.push_back(bytesOf(message.theirs));
    else
      std::fill(message.theirs.begin(), message.theirs.end(), 0);
  }
  channel.setPlace(fmt::format(" in hop {} of {}", nextHop + 1, hops.size()));
  Clock::time_point begin = Clock::now();
  if (llvm::Error error = channel.exchange(Frame::Hop, sent, received))
    return error;
  // The clock that is reported as hops must not be one that the other party made up.
  if (int64_t clock = channel.counts().clock; clock > static_cast<int64_t>(nextHop) + 1)
    return channel.blame(
        "run the same version of tacit everywhere",
        fmt::format("brings the clock to {} after {} hops", clock, nextHop + 1));
  count(*hop, secondsSince(begin));
  if (task.observer)
    observe();
  pending.clear();
  ++nextHop;
  lastHop = Clock::now();
  if (task.progress)
    task.progress(nextHop);
  return llvm::Error::success();
}

llvm::Error Surroundings::run(ArrayRef<tacit_tensor> inputs,
                              std::vector<HostTensor> &outputs) {
  tacit_outside outside = {};
  outside.context = this;
  outside.material = [](void *context, int64_t id, int64_t *words, int64_t count) {
    auto *self = static_cast<Surroundings *>(context);
    self->code.record(self->share(id, {words, static_cast<size_t>(count)}));
    self->code.stopIfFailed();
  };
  outside.message = [](void *context, int64_t direction, const int64_t *mine,
                       int64_t *theirs, int64_t count) {
    auto size = static_cast<size_t>(count);
    static_cast<Surroundings *>(context)->pending.push_back(
        {static_cast<Direction>(direction), {mine, size}, {theirs, size}});
  };
  outside.exchange = [](void *context) {
    auto *self = static_cast<Surroundings *>(context);
    self->code.record(self->exchange());
    self->code.stopIfFailed();
  };
  std::vector<tacit_tensor> views(outputsOf(task.program.description()).size());
  if (llvm::Error error = task.program.deriveOutputs(inputs, views))
    return error;
  for (tacit_tensor &view : views) {
    HostTensor output{view.dtype, {view.shape, view.shape + view.rank}, {}};
    output.data.resize(*tensorBytes(output.dtype, output.shape));
    outputs.push_back(std::move(output));
    view.data = outputs.back().data.data();
  }
  if (llvm::Error error = code.run(task.program, outside, inputs, views, task.threads))
    return error;
  if (nextHop != task.schedule.hops.size())
    return fail(ErrorKind::BadInput, kCompileAgain,
                "the program ends after {} hops; the schedule has {}", nextHop,
                task.schedule.hops.size());
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

/// True for the arguments that a party puts in.
static bool isOwned(const Argument &argument, Party party) {
  return party == Party::Server ? argument.kind == Argument::Kind::Constant ||
                                      argument.kind == Argument::Kind::Weight
                                : argument.kind == Argument::Kind::Input;
}

namespace {
class PartyRun {
public:
  PartyRun(const PartyTask &task, MaterialStore &store, Channel &channel)
      : task(task), store(store), channel(channel), isServer(task.party == Party::Server) {}

  Expected<PartyResults> run();

private:
  llvm::Error checkProgram() const;
  llvm::Error checkArguments() const;
  llvm::Error greet();
  Expected<Agreement> findMaterial(const Hello &mine, const Hello &theirs);
  Expected<std::vector<Offer>> usableOffers();
  llvm::Error setUp();
  llvm::Error sendWeights(PartyMaterial &session);
  llvm::Error receiveWeights();
  Expected<std::vector<tacit_tensor>> argumentViews();
  void keepResults(std::vector<HostTensor> &outputs, PartyResults &results);
  llvm::Error sayDone();

  bool isOwn(const Argument &argument) const { return isOwned(argument, task.party); }

  const PartyTask &task;
  MaterialStore &store;
  Channel &channel;
  const bool isServer;
  Agreement agreement;
  RunReport report;
  std::vector<HostTensor> weights; ///< the masked ones, at the client
  std::vector<HostTensor> zeros;   ///< what stands for the arguments of the other party
  int64_t self = 0;                ///< the first argument
  double dealSeconds = 0;          ///< for which the dealer was asked
};
} // namespace

/// Sizes of the schedule are used for memory that the program fills: nobody may have
/// changed them.
llvm::Error PartyRun::checkProgram() const {
  const tacit_model_desc &model = task.program.description();
  ArrayRef<tacit_io> inputs = inputsOf(model);
  const std::vector<Argument> &arguments = task.schedule.arguments;
  bool fits = inputs.size() == arguments.size() + 1 &&
              outputsOf(model).size() == task.schedule.results.size();
  for (size_t i = 0; fits && i < arguments.size(); ++i)
    fits = inputs[i + 1].dtype == TACIT_I64 &&
           shapeOf(inputs[i + 1]) == ArrayRef(arguments[i].shape);
  for (size_t i = 0; fits && i < task.schedule.results.size(); ++i)
    fits = shapeOf(outputsOf(model)[i]) == ArrayRef(task.schedule.results[i].shape);
  if (fits)
    return llvm::Error::success();
  return fail(
      ErrorKind::BadInput, kCompileAgain,
      "the program of the parties has other arguments or results than the schedule");
}

/// What is wrong with a list of tensors for the arguments that `isWanted` chooses.
static llvm::Error checkTensors(const Schedule &schedule, ArrayRef<HostTensor> tensors,
                                function_ref<bool(const Argument &)> isWanted,
                                const std::string &whose) {
  size_t next = 0;
  for (const Argument &argument : schedule.arguments) {
    if (!isWanted(argument))
      continue;
    if (next < tensors.size() &&
        (tensors[next].dtype != TACIT_I64 ||
         ArrayRef(tensors[next].shape) != ArrayRef(argument.shape)))
      return fail(ErrorKind::InvalidArgument, "give the words that the schedule expects",
                  "'{}' of {} is {} of shape {}; expected int64 of shape {}", argument.name,
                  whose, dtypeName(tensors[next].dtype).str(),
                  shapeText(tensors[next].shape), shapeText(argument.shape));
    ++next;
  }
  if (next == tensors.size())
    return llvm::Error::success();
  return fail(ErrorKind::InvalidArgument, "give one for each argument of the schedule",
              "{} has {} arguments; expected {}", whose, tensors.size(), next);
}

llvm::Error tacit::twoparty::checkWords(const Schedule &schedule, Party party,
                                        ArrayRef<HostTensor> arguments) {
  size_t next = 0;
  for (const Argument &argument : schedule.arguments) {
    if (!isOwned(argument, party))
      continue;
    if (next == arguments.size())
      break;
    const std::vector<char> &data = arguments[next++].data;
    ArrayRef words(reinterpret_cast<const int64_t *>(data.data()),
                   data.size() / sizeof(int64_t));
    if (llvm::all_of(words, [](int64_t word) { return isInt<63>(word); }))
      continue;
    return fail(ErrorKind::BadInput,
                "correct the numbers, or compile the package with a shorter fraction",
                "'{}' of the {} has a number that is not finite, or for which a ring of {} "
                "bits with a fraction of {} has no room; expected less than 2^{}",
                argument.name, nameOf(party), schedule.ringBits, schedule.fractionBits,
                schedule.ringBits - 2 - schedule.fractionBits);
  }
  return llvm::Error::success();
}

llvm::Error PartyRun::checkArguments() const {
  auto isState = [](const Argument &a) { return a.kind == Argument::Kind::State; };
  if (llvm::Error error = checkTensors(
          task.schedule, task.arguments, [&](const Argument &a) { return isOwn(a); },
          "the " + nameOf(task.party).str()))
    return error;
  return checkTensors(task.schedule,
                      task.state ? ArrayRef<HostTensor>(task.state->shares)
                                 : ArrayRef<HostTensor>(),
                      isState, "the state");
}

//===----------------------------------------------------------------------===//
// Agreement
//===----------------------------------------------------------------------===//

Expected<std::vector<Offer>> PartyRun::usableOffers() {
  auto offers = store.offers();
  if (offers)
    llvm::erase_if(*offers, [](const Offer &o) { return o.next >= o.inferences; });
  return offers;
}

llvm::Error PartyRun::greet() {
  Hello mine;
  mine.party = task.party;
  mine.package = packageNumber(task.schedule);
  mine.nonce = DealingNumber::random();
  mine.wanted = task.askDealer ? task.dealInferences : 0;
  if (task.state)
    mine.state = task.state->number;
  auto offers = usableOffers();
  if (!offers)
    return offers.takeError();
  mine.offers = std::move(*offers);
  auto answer = channel.exchange(Frame::Hello, mine.toBytes(), Hello::kLimit);
  if (!answer)
    return answer.takeError();
  auto theirs = parseHello(*answer, mine, channel);
  if (!theirs)
    return theirs.takeError();
  auto found = findMaterial(mine, *theirs);
  if (!found)
    return found.takeError();
  agreement = *found;
  report.dealing = agreement.dealing;
  report.inference = agreement.inference;
  return llvm::Error::success();
}

Expected<Agreement> PartyRun::findMaterial(const Hello &mine, const Hello &theirs) {
  const Hello &client = isServer ? theirs : mine, &server = isServer ? mine : theirs;
  if (auto found = agree(client, server))
    return *found;
  if (mine.wanted > 0 && theirs.wanted > 0) {
    DealingNumber number = newDealing(client, server);
    Clock::time_point begin = Clock::now();
    if (llvm::Error error = task.askDealer(number, std::max(mine.wanted, theirs.wanted)))
      return std::move(error);
    dealSeconds = secondsSince(begin);
    // One of them may have to wait for the other.
    auto answer = channel.exchange(Frame::Hello, Channel::Bytes(), 0);
    if (!answer)
      return answer.takeError();
    return Agreement{number, 0, true};
  }
  if (mine.wanted > 0)
    return channel.blame("give both parties the same dealer",
                         "has no material and no dealer");
  if (mine.offers.empty())
    return fail(ErrorKind::BadInput, "deal again, for more inferences",
                "the {} has no material that is not used", nameOf(task.party).str());
  return channel.blame("deal again, for both parties",
                       theirs.offers.empty()
                           ? "has no material that is not used"
                           : "has none of the material that is left here");
}

//===----------------------------------------------------------------------===//
// Set-up
//===----------------------------------------------------------------------===//

/// Masked weights are sent in pieces, so that nobody needs room for them twice.
static constexpr int64_t kPiece = 1 << 17;

llvm::Error PartyRun::sendWeights(PartyMaterial &session) {
  std::vector<int64_t> piece;
  size_t next = 0;
  for (const Argument &argument : task.schedule.arguments) {
    if (!isOwn(argument))
      continue;
    const HostTensor &tensor = task.arguments[next++];
    if (argument.kind != Argument::Kind::Weight)
      continue;
    const Material *mask =
        argument.mask ? task.schedule.findMaterial(*argument.mask) : nullptr;
    if (!mask || mask->words != argument.words() || !mask->isSession ||
        mask->origin != Origin::Server)
      return fail(ErrorKind::BadInput, kCompileAgain, "the weight '{}' has no mask",
                  argument.name);
    const auto *words = reinterpret_cast<const int64_t *>(tensor.data.data());
    for (int64_t first = 0; first < argument.words(); first += kPiece) {
      piece.resize(std::min(kPiece, argument.words() - first));
      session.known(*mask, piece, first);
      for (auto [i, word] : enumerate(piece))
        word = static_cast<int64_t>(static_cast<uint64_t>(word) +
                                    static_cast<uint64_t>(words[first + i]));
      if (llvm::Error error = channel.send(Frame::Weights, bytesOf(ArrayRef(piece))))
        return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error PartyRun::receiveWeights() {
  for (const Argument &argument : task.schedule.arguments) {
    if (argument.kind != Argument::Kind::Weight)
      continue;
    HostTensor weight{TACIT_I64, argument.shape, {}};
    weight.data.resize(argument.words() * sizeof(int64_t));
    MutableArrayRef<int64_t> rest = wordsOf(weight);
    while (!rest.empty()) {
      auto piece = rest.take_front(kPiece);
      if (llvm::Error error = channel.exchange(Frame::Weights, {}, bytesOf(piece)))
        return error;
      rest = rest.drop_front(piece.size());
    }
    weights.push_back(std::move(weight));
  }
  return store.keepWeights(agreement.dealing, weights);
}

llvm::Error PartyRun::setUp() {
  bool hasWeights = llvm::any_of(task.schedule.arguments, [](const Argument &argument) {
    return argument.kind == Argument::Kind::Weight;
  });
  if (!hasWeights)
    return llvm::Error::success();
  if (isServer) {
    if (!agreement.needsWeights)
      return llvm::Error::success();
    auto session = store.session(agreement.dealing);
    return session ? sendWeights(**session) : session.takeError();
  }
  if (agreement.needsWeights)
    return receiveWeights();
  auto kept = store.weights(agreement.dealing);
  if (!kept)
    return kept.takeError();
  weights = std::move(*kept);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The inference
//===----------------------------------------------------------------------===//

Expected<std::vector<tacit_tensor>> PartyRun::argumentViews() {
  self = isServer;
  std::vector<tacit_tensor> views{{&self, TACIT_I64, 0, {}}};
  zeros.reserve(task.schedule.arguments.size());
  size_t nextOwn = 0, nextWeight = 0, nextState = 0;
  for (const Argument &argument : task.schedule.arguments) {
    const HostTensor *tensor;
    if (isOwn(argument)) {
      tensor = &task.arguments[nextOwn++];
    } else if (argument.kind == Argument::Kind::Weight) {
      tensor = &weights[nextWeight++];
    } else if (argument.kind == Argument::Kind::State) {
      tensor = &task.state->shares[nextState++];
    } else {
      zeros.push_back({TACIT_I64, argument.shape, {}});
      zeros.back().data.resize(argument.words() * sizeof(int64_t));
      tensor = &zeros.back();
    }
    auto view = viewOf(*tensor, argument.name);
    if (!view)
      return view.takeError();
    views.push_back(*view);
  }
  return views;
}

void PartyRun::keepResults(std::vector<HostTensor> &outputs, PartyResults &results) {
  results.state.number = stateNumber(task.schedule, agreement.dealing, agreement.inference);
  for (auto [result, output] : zip(task.schedule.results, outputs)) {
    if (result.kind == Result::Kind::State) {
      results.state.names.push_back(result.name);
      results.state.shares.push_back(std::move(output));
    } else if (!isServer) {
      results.revealed.push_back(std::move(output));
    }
  }
}

/// Ends the inference: each party learns that the other has got everything.
llvm::Error PartyRun::sayDone() {
  channel.setPlace(" at the end");
  ChannelCounts counts = channel.counts();
  ByteWriter mine;
  mine.add64(counts.clock);
  mine.add64(counts.sent);
  mine.add64(counts.received);
  auto answer = channel.exchange(Frame::Done, mine.data(), mine.data().size());
  if (!answer)
    return answer.takeError();
  ByteReader theirs(*answer);
  uint64_t clock = theirs.get64(), sent = theirs.get64(), received = theirs.get64();
  if (!theirs.isGood() || sent != uint64_t(counts.received) ||
      received != uint64_t(counts.sent) || clock > task.schedule.hops.size())
    return channel.blame(
        "run the same version of tacit everywhere",
        fmt::format("counts {} bytes that it sent and {} that it received; "
                    "expected {} and {}",
                    sent, received, counts.received, counts.sent));
  report.hops = std::max<int64_t>(counts.clock, clock);
  return llvm::Error::success();
}

Expected<PartyResults> PartyRun::run() {
  if (llvm::Error error = checkProgram())
    return std::move(error);
  if (llvm::Error error = checkArguments())
    return std::move(error);
  Clock::time_point begin = Clock::now();
  if (llvm::Error error = greet())
    return std::move(error);
  if (llvm::Error error = setUp())
    return std::move(error);
  auto views = argumentViews();
  if (!views)
    return views.takeError();
  // From here on, nobody can use this material again.
  auto material = store.take(agreement.dealing, agreement.inference);
  if (!material)
    return material.takeError();
  // Nor is it of any use if this run fails.
  llvm::scope_exit release([&] { store.release(agreement.dealing, agreement.inference); });
  std::vector<HostTensor> outputs;
  Surroundings surroundings(task, **material, channel, report);
  if (llvm::Error error = surroundings.run(*views, outputs))
    return std::move(error);
  report.totalSeconds = secondsSince(begin) - dealSeconds;
  ChannelCounts counts = channel.counts();
  report.sendSeconds = counts.sendSeconds;
  report.waitSeconds = counts.waitSeconds;
  report.computeSeconds = report.totalSeconds - counts.sendSeconds - counts.waitSeconds;
  if (llvm::Error error = sayDone())
    return std::move(error);
  counts = channel.counts();
  report.sent = counts.sent;
  report.received = counts.received;
  report.framing = counts.framingSent + counts.framingReceived;
  report.setup = counts.setupSent + counts.setupReceived;
  report.offline = (*material)->correctionBytes();
  report.protection = channel.protection();
  PartyResults results;
  keepResults(outputs, results);
  results.report = std::move(report);
  return results;
}

/// What the other party is told: nothing of this party's files.
static std::string reasonOf(llvm::Error &error) {
  std::string reason = "an internal error";
  error = handleErrors(std::move(error), [&](std::unique_ptr<tacit::Error> e) {
    if (e->getKind() == ErrorKind::Peer)
      reason = e->getMessage().str();
    else if (e->getKind() != ErrorKind::Internal)
      reason = "its files or arguments are not what they should be";
    return llvm::Error(std::move(e));
  });
  return reason;
}

Expected<PartyResults> tacit::twoparty::runParty(const PartyTask &task,
                                                 MaterialStore &store, Channel &channel) {
  auto results = PartyRun(task, store, channel).run();
  if (results)
    return results;
  llvm::Error error = results.takeError();
  channel.stop(reasonOf(error));
  return std::move(error);
}

llvm::Error tacit::twoparty::serveClients(Listener &listener, const Patience &patience,
                                          std::optional<int64_t> inferences,
                                          function_ref<llvm::Error(Channel &)> run,
                                          function_ref<void(llvm::Error)> onFailure) {
  for (int64_t done = 0; !inferences || done < *inferences;) {
    auto client = listener.accept("the client", patience);
    if (!client)
      return client.takeError();
    Channel channel(std::move(client->transport),
                    fmt::format("the client at {}", client->address), patience);
    llvm::Error error = run(channel);
    if (!error) {
      ++done;
      continue;
    }
    bool isTheirs = false;
    error = handleErrors(std::move(error), [&](std::unique_ptr<tacit::Error> e) {
      isTheirs = e->getKind() == ErrorKind::Peer;
      return llvm::Error(std::move(e));
    });
    if (!isTheirs)
      return error;
    onFailure(std::move(error));
  }
  return llvm::Error::success();
}
