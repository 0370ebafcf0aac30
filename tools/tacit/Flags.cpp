//===- Flags.cpp - The options that tacit declares ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Flags.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Driver/Transformations.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::driver;
using namespace tacit::tool;

cl::OptionCategory tool::category("options");
cl::SubCommand tool::inspectCommand("inspect", "show what a model contains");
cl::SubCommand tool::compileCommand("compile", "compile a library, or print a program");
cl::SubCommand tool::runCommand("run", "run a model or a compiled library on .npy inputs");
cl::SubCommand tool::evalCommand("eval",
                                 "say how good a model is, and what changes of it cost");
cl::SubCommand tool::passesCommand("passes",
                                   "list every pass and pipeline with its options");
cl::SubCommand tool::costCommand("cost",
                                 "show what a model sends in two-party computation");

cl::SubCommand tool::dealCommand("deal", "make what two parties need before they run");

#define MODEL_COMMANDS                                                                     \
  cl::sub(inspectCommand), cl::sub(compileCommand), cl::sub(runCommand),                   \
      cl::sub(evalCommand), cl::sub(costCommand)

// This is a list, so that a second model is rejected with a message of our own.
cl::list<std::string> tool::modelOptions(cl::Positional, cl::desc("MODEL"),
                                         cl::cat(category), MODEL_COMMANDS,
                                         cl::sub(dealCommand));
cl::list<std::string> tool::dimOptions("dim", cl::desc("pin the free dimension NAME to N"),
                                       cl::value_desc("NAME=N"), cl::cat(category),
                                       MODEL_COMMANDS);
cl::list<std::string> tool::shapeOptions(
    "shape",
    cl::desc("pin all dimensions of an input (of --primitive: 128x64, without a name)"),
    cl::value_desc("INPUT=1x128"), cl::cat(category), MODEL_COMMANDS);
cl::list<std::string> tool::valueOptions(
    "value", cl::desc("replace the input NAME by the constant V: true, false or a number"),
    cl::value_desc("NAME=V"), cl::cat(category), MODEL_COMMANDS);
cl::opt<std::string> tool::fromOption(
    "from",
    cl::desc("continue after phase PHASE; MODEL is a program as that phase left it"),
    cl::value_desc("PHASE"), cl::cat(category), MODEL_COMMANDS);
cl::opt<std::string> tool::toOption("to", cl::desc("stop after phase PHASE"),
                                    cl::value_desc("PHASE"), cl::cat(category),
                                    cl::sub(compileCommand));
cl::opt<std::string>
    tool::dumpOption("dump-phases", cl::desc("write the program after every phase to DIR"),
                     cl::value_desc("DIR"), cl::cat(category), MODEL_COMMANDS);
cl::opt<std::string> tool::pipelineOption(
    "pass-pipeline", cl::desc("run these passes instead of the phases up to check"),
    cl::value_desc("builtin.module(...)"), cl::cat(category), cl::sub(compileCommand));
cl::opt<bool>
    tool::printPipelineOption("print-pipeline",
                              cl::desc("print the passes as text for tacit-opt, and stop"),
                              cl::cat(category), cl::sub(compileCommand));
cl::opt<std::string> tool::jsonOption("json",
                                      cl::desc("write the result as JSON; - is stdout"),
                                      cl::value_desc("FILE"), cl::cat(category),
                                      MODEL_COMMANDS, cl::sub(dealCommand));
cl::opt<bool>
    tool::forceOption("force",
                      cl::desc("replace files that were not made by tacit as well"),
                      cl::cat(category), MODEL_COMMANDS);
cl::opt<bool> tool::quietOption("q", cl::desc("no progress"), cl::cat(category),
                                MODEL_COMMANDS, cl::sub(dealCommand));
cl::opt<bool> tool::verboseOption("v", cl::desc("print what each pass found and missed"),
                                  cl::cat(category), MODEL_COMMANDS);
cl::list<std::string> tool::aeroOption(
    "aero",
    cl::desc(
        "remove norms and activations: NAME[=MODE][@SITES],... of remove-layernorm, "
        "gelu-to-relu[=SLOPE], linearize-ffn, fuse-ffn (may be repeated: the lists are "
        "joined)"),
    cl::value_desc("LIST"), cl::cat(category), MODEL_COMMANDS);
// Options keep references to their texts.
static const TransformationHelp changeHelp = getTransformationHelp();
cl::list<std::string> tool::approximateOption("approximate",
                                              cl::desc(changeHelp.approximate),
                                              cl::value_desc("LIST"), cl::cat(category),
                                              MODEL_COMMANDS);
cl::opt<std::string> tool::quantizeOption("quantize", cl::desc(changeHelp.quantize),
                                          cl::value_desc("SPEC"), cl::cat(category),
                                          MODEL_COMMANDS);
cl::opt<std::string> tool::multiplierOption("multiplier", cl::desc(changeHelp.multiplier),
                                            cl::value_desc("KIND"), cl::cat(category),
                                            MODEL_COMMANDS);
cl::opt<std::string> tool::multiplierZeroOption("multiplier-zero",
                                                cl::desc(changeHelp.multiplierZero),
                                                cl::value_desc("POLICY"), cl::cat(category),
                                                MODEL_COMMANDS);
cl::opt<std::string> tool::multiplierScopeOption("multiplier-scope",
                                                 cl::desc(changeHelp.multiplierScope),
                                                 cl::value_desc("SCOPE"), cl::cat(category),
                                                 MODEL_COMMANDS);
// Numbers are declared as text because LLVM writes its own message about a wrong one to
// stderr.
cl::opt<std::string> tool::vectorBitsOption(
    "vector-bits", cl::desc("use vectors of at most N bits: 512 (default), 256 or 128"),
    cl::value_desc("N"), cl::init("512"), cl::cat(category), cl::sub(compileCommand),
    cl::sub(runCommand), cl::sub(evalCommand));

cl::opt<std::string> tool::cpuOption(
    "cpu",
    cl::desc("processor that the code is for: native (default), x86-64-v4, x86-64-v3 or "
             "x86-64-v2"),
    cl::value_desc("NAME"), cl::init("native"), cl::cat(category), cl::sub(compileCommand),
    cl::sub(runCommand), cl::sub(evalCommand));
cl::opt<std::string> tool::threadsRuntimeOption(
    "threads-runtime",
    cl::desc("library that runs the threads: openmp (default), or none for one thread"),
    cl::value_desc("NAME"), cl::init("openmp"), cl::cat(category), cl::sub(compileCommand));

cl::opt<std::string> tool::outputOption("o", cl::desc("write the result to FILE"),
                                        cl::value_desc("FILE"), cl::cat(category),
                                        cl::sub(compileCommand));
cl::opt<std::string> tool::targetOption("target", cl::desc("cpu (default), 2pc or mlir"),
                                        cl::value_desc("TARGET"), cl::init("cpu"),
                                        cl::cat(category), cl::sub(compileCommand));
cl::opt<std::string> tool::protocolOption(
    "protocol",
    cl::desc("the protocol of the two parties: a name that tacit cost "
             "--list-protocols prints, or a file of your own; cost takes a "
             "list of them, and eval --twin has the default crypten"),
    cl::value_desc("NAME,..."), cl::cat(category), cl::sub(costCommand),
    cl::sub(compileCommand), cl::sub(evalCommand));
cl::opt<std::string> tool::widthOption(
    "width", cl::desc("bits of the ring of shares (default: those of the protocol)"),
    cl::value_desc("L"), cl::cat(category), cl::sub(costCommand), cl::sub(compileCommand),
    cl::sub(evalCommand));
cl::opt<std::string> tool::fractionOption(
    "fraction", cl::desc("bits after the binary point (default: those of the protocol)"),
    cl::value_desc("F"), cl::cat(category), cl::sub(costCommand), cl::sub(compileCommand),
    cl::sub(evalCommand));
cl::opt<std::string> tool::normScaleOption(
    "norm-scale",
    cl::desc("make norms of secrets valid for variances smaller by N * N: 1 "
             "(default), 2, 4, ..., 256"),
    cl::value_desc("N"), cl::init("1"), cl::cat(category), cl::sub(costCommand),
    cl::sub(compileCommand), cl::sub(evalCommand));
cl::opt<std::string> tool::functionsOption(
    "functions",
    cl::desc("published (default), or bounded: valid for larger ranges "
             "(default of eval --twin)"),
    cl::value_desc("KIND"), cl::cat(category), cl::sub(costCommand),
    cl::sub(compileCommand), cl::sub(evalCommand));
cl::list<std::string>
    tool::publicOptions("public",
                        cl::desc("disclose the constant NAME of the model to the client"),
                        cl::value_desc("NAME"), cl::cat(category), cl::sub(costCommand),
                        cl::sub(compileCommand), cl::sub(evalCommand));
cl::opt<std::string> tool::cachesOption(
    "caches",
    cl::desc(
        "caches of keys and values that stay shares: auto (default), none, or pairs of "
        "input and output"),
    cl::value_desc("IN=OUT,..."), cl::init("auto"), cl::cat(category), cl::sub(costCommand),
    cl::sub(compileCommand));
cl::opt<std::string> tool::skipOption(
    "skip",
    cl::desc("do not count operations of a kind that the report lists, of a "
             "site, or the pooler"),
    cl::value_desc("KIND,..."), cl::cat(category), cl::sub(costCommand));
cl::opt<bool>
    tool::twinOption("twin",
                     cl::desc("evaluate the arithmetic of the two parties, in the clear"),
                     cl::cat(category), cl::sub(evalCommand));
cl::opt<std::string>
    tool::networkOption("network", cl::desc("lan (default), wan, another name, or numbers"),
                        cl::value_desc("NAME|BITS_PER_S,RTT_S"), cl::init("lan"),
                        cl::cat(category), cl::sub(costCommand));
cl::opt<bool>
    tool::listProtocolsOption("list-protocols",
                              cl::desc("print the protocols and networks, and stop"),
                              cl::cat(category), cl::sub(costCommand));
cl::opt<std::string>
    tool::maxBytesOption("max-bytes",
                         cl::desc("exit with code 5 if more than N bytes are sent online"),
                         cl::value_desc("N"), cl::cat(category), cl::sub(costCommand));
cl::opt<std::string> tool::maxRoundsOption(
    "max-rounds",
    cl::desc(
        "exit with code 5 if an engine that merges no messages takes more than N rounds"),
    cl::value_desc("N"), cl::cat(category), cl::sub(costCommand));
cl::opt<std::string> tool::maxHopsOption(
    "max-hops",
    cl::desc("exit with code 5 if the longest chain of messages has more than N hops"),
    cl::value_desc("N"), cl::cat(category), cl::sub(costCommand));
static const std::string primitiveHelp =
    "count one operation instead of a model: " + llvm::join(getPrimitiveNames(), ", ");
cl::opt<std::string> tool::primitiveOption("primitive", cl::desc(primitiveHelp),
                                           cl::value_desc("NAME"), cl::cat(category),
                                           cl::sub(costCommand));
cl::opt<std::string> tool::elementsOption("elements",
                                          cl::desc("number of elements of the operation"),
                                          cl::value_desc("N"), cl::cat(category),
                                          cl::sub(costCommand));
cl::list<std::string> tool::inputOptions("input", cl::desc("read an input from a file"),
                                         cl::value_desc("NAME=FILE.npy"), cl::cat(category),
                                         cl::sub(runCommand));
cl::opt<std::string>
    tool::inputsOption("inputs",
                       cl::desc("read the inputs from the arrays of a folder or archive"),
                       cl::value_desc("DIR|FILE.npz"), cl::cat(category),
                       cl::sub(runCommand), cl::sub(evalCommand));
cl::list<std::string> tool::expectOptions("expect",
                                          cl::desc("compare an output with a file"),
                                          cl::value_desc("NAME=FILE.npy"),
                                          cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> tool::toleranceOption(
    "tolerance",
    cl::desc("largest |result - expected| / max(1, max |expected|) (default 1e-4)"),
    cl::value_desc("T"), cl::init("1e-4"), cl::cat(category), cl::sub(runCommand));
cl::opt<bool> tool::dynamicOption("dynamic",
                                  cl::desc("compile for any size of the free dimensions"),
                                  cl::cat(category), cl::sub(runCommand));
cl::opt<bool> tool::referenceOption(
    "reference",
    cl::desc("evaluate in double precision instead of running compiled code; with "
             "--expect, say how far both are from that"),
    cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> tool::outputDirOption("output-dir", cl::desc("write DIR/NAME.npy"),
                                           cl::value_desc("DIR"), cl::cat(category),
                                           cl::sub(runCommand));
cl::opt<std::string>
    tool::repeatOption("repeat", cl::desc("measure N runs after a first one (default 1)"),
                       cl::value_desc("N"), cl::init("1"), cl::cat(category),
                       cl::sub(runCommand));
cl::opt<std::string> tool::threadsOption("threads",
                                         cl::desc("threads (default 0: one per core)"),
                                         cl::value_desc("N"), cl::init("0"),
                                         cl::cat(category), cl::sub(runCommand),
                                         cl::sub(evalCommand), cl::sub(dealCommand));
cl::opt<std::string>
    tool::tokensOption("tokens", cl::desc("token ids: int64 or int32, one dimension"),
                       cl::value_desc("FILE.npy"), cl::cat(category), cl::sub(evalCommand));
cl::opt<std::string>
    tool::labelsOption("labels",
                       cl::desc("the right classes of the examples of --inputs, int64"),
                       cl::value_desc("FILE.npy"), cl::cat(category), cl::sub(evalCommand));
cl::opt<std::string> tool::seedOption(
    "seed",
    cl::desc("what follows from chance follows from S: inputs that are not given, and the "
             "shares that a twin truncates (default 0), or material (default: random)"),
    cl::value_desc("S"), cl::init("0"), cl::cat(category), cl::sub(evalCommand),
    cl::sub(dealCommand));
cl::opt<std::string> tool::windowOption(
    "window", cl::desc("tokens per window (default: the model's length, else 128)"),
    cl::value_desc("N"), cl::cat(category), cl::sub(evalCommand));

//===----------------------------------------------------------------------===//
// Two parties and a dealer
//===----------------------------------------------------------------------===//

cl::opt<std::string>
    tool::partyOption("party", cl::desc("run one party of a package: server or client"),
                      cl::value_desc("PARTY"), cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> tool::listenOption(
    "listen", cl::desc("where the server waits for clients; port 0 is any free one"),
    cl::value_desc("HOST:PORT"), cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> tool::connectOption("connect", cl::desc("where the server listens"),
                                         cl::value_desc("HOST:PORT"), cl::cat(category),
                                         cl::sub(runCommand));
cl::opt<std::string> tool::dealerOption(
    "dealer", cl::desc("ask a dealer for material (default: what is in the package)"),
    cl::value_desc("HOST:PORT"), cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> tool::serveOption(
    "serve", cl::desc("deal for parties that connect (default: write into the package)"),
    cl::value_desc("HOST:PORT"), cl::cat(category), cl::sub(dealCommand));
cl::opt<std::string> tool::inferencesOption(
    "inferences",
    cl::desc("deal for N runs; or end the server after N, and ask a dealer for N "
             "(default 1)"),
    cl::value_desc("N"), cl::init("1"), cl::cat(category), cl::sub(runCommand),
    cl::sub(dealCommand));
cl::opt<std::string>
    tool::stateInOption("state-in",
                        cl::desc("continue from this party's shares of the caches"),
                        cl::value_desc("FILE"), cl::cat(category), cl::sub(runCommand));
cl::opt<std::string>
    tool::stateOutOption("state-out", cl::desc("write this party's shares of the caches"),
                         cl::value_desc("FILE"), cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> tool::dumpWiresOption(
    "dump-wires", cl::desc("write all words that are exchanged, those of the client first"),
    cl::value_desc("FILE"), cl::cat(category), cl::sub(runCommand), cl::sub(evalCommand));
cl::opt<std::string>
    tool::timeoutOption("timeout",
                        cl::desc("give up after S seconds without a byte (default 60)"),
                        cl::value_desc("S"), cl::init("60"), cl::cat(category),
                        cl::sub(runCommand), cl::sub(dealCommand));
cl::opt<std::string> tool::tlsCertificateOption(
    "tls-certificate",
    cl::desc("protect connections: the certificate of this side, in PEM with its chain"),
    cl::value_desc("FILE"), cl::cat(category), cl::sub(runCommand), cl::sub(dealCommand));
cl::opt<std::string>
    tool::tlsKeyOption("tls-key", cl::desc("the private key of --tls-certificate, in PEM"),
                       cl::value_desc("FILE"), cl::cat(category), cl::sub(runCommand),
                       cl::sub(dealCommand));
cl::opt<std::string> tool::tlsAuthorityOption(
    "tls-authority", cl::desc("whom to trust: the certificates of authorities, in PEM"),
    cl::value_desc("FILE"), cl::cat(category), cl::sub(runCommand), cl::sub(dealCommand));
