//===- LibraryTest.cpp - Writing, loading and calling libraries -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"
#include "tacit/Runtime/LibraryWriter.h"
#include "llvm/Support/Program.h"
#include <dlfcn.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;

namespace {

class Library : public testing::Test {
protected:
  TemporaryFolder folder;

  LibraryParts parts(StringRef name, ArrayRef<char> object) {
    LibraryParts parts;
    parts.output = folder.path(name);
    parts.source = "models/lookup.onnx";
    parts.object = object;
    parts.inputs = {{"tokens", TACIT_I64, {1, 4}, 8}, {"mask", TACIT_BOOL, {4}, 0}};
    parts.outputs = {{"logits", TACIT_F32, {1, 4}, 0}};
    parts.weightsBytes = 32;
    parts.arenaBytes = 16;
    return parts;
  }

  static std::string writeParts(const LibraryParts &parts) {
    OutputFiles files;
    std::string problem = describe(writeLibrary(parts, files));
    return problem == "no error" ? describe(files.commit()) : problem;
  }

  /// Writes NAME.so and NAME.h from an object file, and the weights beside them.
  std::string write(StringRef name, const char *objectFile, StringRef weightsName,
                    float firstWeight) {
    auto object = cantFail(errorOrToExpected(MemoryBuffer::getFile(objectFile)));
    StringRef bytes = object->getBuffer();
    EXPECT_EQ(writeParts(parts(name, {bytes.data(), bytes.size()})), "no error");
    folder.write(weightsName, weightFile(fakeWeights(firstWeight)));
    return folder.path(name);
  }
  static std::string weightFile(ArrayRef<char> weights) {
    return std::string(weights.begin(), weights.end()) +
           weightsEnd(weights.size(), tacit_runtime_hash(weights.data(), weights.size()));
  }
  std::string writeLookup() {
    return write("lookup.so", LOOKUP_OBJECT, "lookup.weights", 0.5f);
  }
  std::string runError(const std::string &path) {
    auto library = Executable::loadLibrary(path);
    if (!library)
      return describe(library.takeError());
    return describe((*library)->run(goodInputs(), 1));
  }

  /// Runs the C compiler in the folder; returns its output, if any.
  std::string compile(std::vector<StringRef> arguments) {
    arguments.insert(arguments.begin(), {C_COMPILER, "-Wall", "-Wextra", "-Werror"});
    std::string log = folder.path("log");
    sys::ExecuteAndWait(C_COMPILER, arguments, std::nullopt, {"", log, log});
    return folder.read("log");
  }
};

TEST_F(Library, RunsFromAFile) {
  auto library = Executable::loadLibrary(writeLookup());
  ASSERT_TRUE(bool(library)) << describe(library.takeError());
  EXPECT_EQ((*library)->description().num_inputs, 2);
  auto outputs = (*library)->run(goodInputs(), 2);
  ASSERT_TRUE(bool(outputs)) << describe(outputs.takeError());
  EXPECT_EQ(floatsOf((*outputs)[0]), (std::vector<float>{0.5f, 3.5f, 7.5f, -1.0f}));
  // No temporary file is left: only the library, its header, and its weights.
  EXPECT_EQ(folder.countFiles(), 3u);
}

TEST_F(Library, ExportsItsFunctions) {
  // A generated helper that happens to be called expf must not replace that of the program.
  void *handle = dlopen(writeLookup().c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(handle, nullptr) << dlerror();
  EXPECT_NE(dlsym(handle, "tacit_model"), nullptr);
  for (std::string name : {"init", "run", "output_shapes", "create", "run_state", "destroy",
                           "close", "describe"}) {
    void *function = dlsym(handle, ("tacit_" + name).c_str());
    EXPECT_NE(function, nullptr) << name;
    EXPECT_EQ(function, dlsym(handle, ("lookup_" + name).c_str())) << name;
  }
  for (const char *name :
       {"fake_helper", "tacit_runtime_run", "tacit_runtime_reset", "tacit_library_run"})
    EXPECT_EQ(dlsym(handle, name), nullptr) << name;
  dlclose(handle);
}

TEST_F(Library, AStateServesOneCallOfItsLibrary) {
  tacit_library library = {&tacit_model, nullptr, {}, "", -1}, other = library;
  tacit_state state = {};
  state.library = &library;
  std::vector<char> weights = fakeWeights(0.5f);
  tacit_runtime_use_weights(&state, reinterpret_cast<uint8_t *>(weights.data()));
  std::vector<HostTensor> values = goodInputs();
  std::vector<tacit_tensor> inputs = {cantFail(viewOf(values[0], "tokens")),
                                      cantFail(viewOf(values[1], "mask"))};
  float logits[4];
  tacit_tensor output = {logits, TACIT_F32, 2, {1, 4}};
  char error[256];
  auto run = [&](tacit_library &called, tacit_state *with) -> std::string {
    int status = tacit_library_run_state(&called, with, inputs.data(), 2, &output, 1, 1,
                                         error, sizeof error);
    return std::to_string(status) + " " + error;
  };
  EXPECT_EQ(run(library, nullptr), "4 the state is a null pointer\n  try: the create "
                                   "function of the library makes one");
  EXPECT_EQ(run(other, &state), "4 the state belongs to another library\n  try: use the "
                                "functions of one library");
  state.is_busy = 1;
  EXPECT_EQ(run(library, &state), "4 the state is in use by another call\n  try: create a "
                                  "state for each thread");
  state.is_busy = 0;
  EXPECT_EQ(run(library, &state), "0 ");
  EXPECT_EQ(logits[0], 0.5f);
  tacit_runtime_reset(&state);
  // Without a folder there are no weights.
  EXPECT_EQ(tacit_library_create(&library, error, sizeof error), nullptr);
  EXPECT_CONTAINS(std::string(error), "cannot tell where the model's weight file is");
  tacit_library_destroy(nullptr);
}

TEST_F(Library, ChecksTheWeightFile) {
  std::string path = writeLookup();
  std::vector<char> weights = fakeWeights(0.5f);
  std::string good = weightFile(weights), damaged = good;
  damaged[3] ^= 1;
  const char *expected = "expected 0e691c96117c4c7e: it is damaged or belongs to "
                         "another model | copy library and weight file together";
  folder.write("lookup.weights", damaged);
  EXPECT_CONTAINS(runError(path), expected);
  folder.write("lookup.weights", weightFile(fakeWeights(1.5f)));
  EXPECT_CONTAINS(runError(path), expected);
  folder.write("lookup.weights", {weights.data(), 31});
  EXPECT_CONTAINS(runError(path), "lookup.weights' has 31 bytes; expected 64");
  folder.write("lookup.weights", "");
  EXPECT_CONTAINS(runError(path), "lookup.weights' has 0 bytes; expected 64");
  // Files of earlier versions had no end.
  folder.write("lookup.weights", {weights.data(), weights.size()});
  EXPECT_CONTAINS(runError(path), "lookup.weights' has version 1; expected 2 | compile the "
                                  "model again");
  folder.write("lookup.weights", std::string(good.size(), 'x'));
  EXPECT_CONTAINS(runError(path), "' does not end as tacit compile writes it");
  ASSERT_FALSE(sys::fs::remove(folder.path("lookup.weights")));
  EXPECT_CONTAINS(runError(path), "[4] cannot open weight file '" +
                                      folder.path("lookup.weights") +
                                      "': No such file or directory | keep the weight file "
                                      "beside the library");
  ASSERT_FALSE(sys::fs::create_directory(folder.path("lookup.weights")));
  EXPECT_CONTAINS(runError(path), "lookup.weights' is not a regular file");
}

TEST_F(Library, FindsTheWeightsThatAReplacementSetAside) {
  std::string path = writeLookup();
  folder.write("lookup.weights.old", weightFile(fakeWeights(0.5f)));
  folder.write("lookup.weights", weightFile(fakeWeights(1.5f)));
  EXPECT_EQ(runError(path), "no error");
  ASSERT_FALSE(sys::fs::remove(folder.path("lookup.weights")));
  EXPECT_EQ(runError(path), "no error");
  // The file that is looked for first is the one that the message is about.
  folder.write("lookup.weights.old", weightFile(fakeWeights(1.5f)));
  EXPECT_CONTAINS(runError(path),
                  "cannot open weight file '" + folder.path("lookup.weights") + "'");
}

TEST_F(Library, RefusesOtherFiles) {
  EXPECT_CONTAINS(runError(folder.path("none.so")),
                  "[4] cannot read library '" + folder.path("none.so") + "': No such file");
  EXPECT_CONTAINS(runError(folder.path("")), "it is not a regular file");
  EXPECT_CONTAINS(runError(folder.write("empty.so", "")),
                  "empty.so' is not a shared library for this machine: ");
  EXPECT_CONTAINS(runError(folder.write("text.so", "int main() { return 0; }")),
                  "text.so' is not a shared library for this machine: ");
  // This is a real library, but not one of ours.
  EXPECT_CONTAINS(runError(OPENMP_LIBRARY),
                  "' was not made by Tacit: it has no symbol 'tacit_model' | give "
                  "a library made by Tacit");
  EXPECT_EQ(runError(write("old.so", OLD_OBJECT, "lookup.weights", 0.5f)),
            "[4] library '" + folder.path("old.so") +
                "' has interface version 99; expected 5 | compile the model again with "
                "tacit compile");
}

TEST_F(Library, RefusesDamagedLibraries) {
  writeLookup();
  std::string whole = folder.read("lookup.so");
  for (size_t length = 1; length < whole.size(); length += whole.size() / 97)
    EXPECT_CONTAINS(runError(folder.write("cut.so", whole.substr(0, length))), "[4] ");
  // A header with arbitrary offsets must lead to an error, not to a crash.
  for (size_t at = 4; at < 64; ++at) {
    std::string damaged = whole;
    damaged[at] = 0xff;
    runError(folder.write("damaged.so", damaged));
  }
}

TEST_F(Library, TellsWhatTheLoaderSaid) {
  // This is a library of ours that needs another one, which is missing.
  std::string gone = folder.path("libgone.so"), needs = folder.path("needs.so");
  std::string code = folder.write("code.c", "int gone, tacit_model;\n");
  ASSERT_EQ(compile({"-shared", "-fPIC", "-o", gone, code}), "");
  ASSERT_EQ(compile({"-shared", "-fPIC", "-Wl,--no-as-needed", "-o", needs, code, gone}),
            "");
  ASSERT_FALSE(sys::fs::remove(gone));
  EXPECT_CONTAINS(runError(needs), "[4] cannot load library '" + needs + "': ");
  EXPECT_CONTAINS(
      runError(needs),
      "libgone.so: cannot open shared object file: No such file or directory | "
      "install what the loader misses, or compile the model again without threads");
}

TEST_F(Library, NeedsAGoodOutputPath) {
  EXPECT_EQ(
      writeParts(parts("model.o", {})),
      "[2] the output '" + folder.path("model.o") +
          "' does not end in .so | -o NAME.so writes NAME.so, NAME.h and NAME.weights");
  EXPECT_CONTAINS(writeParts(parts("none/model.so", {})),
                  "[4] cannot write '" + folder.path("none/model.h") +
                      "': No such file or directory");
  auto paths = cantFail(libraryPaths("out/2-gpt.char.so"));
  EXPECT_EQ(paths.weights, "out/2-gpt.char.weights");
  EXPECT_EQ(paths.prefix, "model_2_gpt_char");
  // The library's own runtime has a function tacit_runtime_run.
  EXPECT_EQ(cantFail(libraryPaths("tacit_runtime.so")).prefix, "model_tacit_runtime");
}

TEST_F(Library, TellsWhatTheLinkerSaid) {
  std::string error = writeParts(parts("bad.so", ArrayRef<char>("no object", 9)));
  EXPECT_CONTAINS(error, "[1] '");
  EXPECT_CONTAINS(error, "' failed with status 1: ");
  EXPECT_CONTAINS(error, " | report this with the model that was compiled");
  EXPECT_EQ(folder.countFiles(), 0u);
}

TEST_F(Library, NeedsNoFolderForTemporaryFiles) {
  std::string before = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
  setenv("TMPDIR", folder.path("none").c_str(), 1);
  std::string path = writeLookup();
  setenv("TMPDIR", before.c_str(), 1);
  EXPECT_EQ(runError(path), "no error");
}

TEST_F(Library, RecognisesItsFiles) {
  std::string path = writeLookup();
  std::string library = folder.read("lookup.so"), header = folder.read("lookup.h"),
              weights = folder.read("lookup.weights");
  EXPECT_TRUE(isLibraryFile(library));
  EXPECT_TRUE(isLibraryHeader(header));
  EXPECT_TRUE(isLibraryWeights(weights));
  EXPECT_FALSE(isLibraryFile(header) || isLibraryFile("") || isLibraryFile(weights));
  EXPECT_FALSE(isLibraryHeader("/* My own. */\n" + header) || isLibraryHeader(""));
  EXPECT_FALSE(isLibraryWeights("TACITWTS") || isLibraryWeights(library));
  EXPECT_EQ(hashOfLibrary(path), 0x0e691c96117c4c7eu);
  EXPECT_EQ(hashOfWeights(folder.path("lookup.weights")), 0x0e691c96117c4c7eu);
  EXPECT_EQ(hashOfLibrary(folder.path("lookup.h")), std::nullopt);
  EXPECT_EQ(hashOfWeights(folder.path("lookup.h")), std::nullopt);
}

TEST_F(Library, HeaderStandsAloneAndBesideTacitH) {
  writeLookup();
  std::string header = folder.read("lookup.h");
  EXPECT_CONTAINS(header, "/* Input 0, 'tokens': int64, shape 1x4.\n   Used as an index: "
                          "every element must lie in [-8, 7]. */\n"
                          "#define LOOKUP_INPUT_0_ELEMENTS 4\n");
  EXPECT_CONTAINS(header, "made by tacit compile from lookup.onnx.");
  EXPECT_CONTAINS(header, "reads 32 bytes of weights");
  std::string own = "#include \"lookup.h\"\n",
              contract = "#include <tacit/Runtime/tacit.h>\n";
  std::string use =
      "int use(tacit_tensor *t) { return lookup_run(t, 2, t, 1, 0, 0, 0); }\n";
  for (std::string text : {own + use, own + contract + own + use, contract + own + use})
    for (const char *language : {"-xc", "-xc++"}) {
      std::string file = folder.write("use.c", text);
      EXPECT_EQ(
          compile({language, "-pedantic", "-fsyntax-only", "-I" TACIT_INCLUDE_DIR, file}),
          "");
    }
}

TEST_F(Library, HeaderSurvivesHostileNames) {
  LibraryParts hostile = parts("a b.so", {});
  hostile.source = "x*/\nint evil;";
  hostile.inputs[0].name = "*/ #error no\n\\";
  hostile.outputs.push_back({"scalar", TACIT_F64, {}, 0});
  hostile.outputs.push_back({"empty", TACIT_U8, {0, 3}, 0});
  hostile.dims = {"n*/ #error no"};
  hostile.inputs.push_back({"any", TACIT_BF16, {3, -1, -1}, 0, {-1, 0, 0}});
  hostile.outputs.push_back({"free", TACIT_F32, {-1, -1, 3}, 0, {0, -1, -1}});
  folder.write("hostile.h", libraryHeader(hostile, "a_b"));
  std::string file = folder.write("use.c", "#include \"hostile.h\"\n");
  EXPECT_EQ(compile({"-xc", "-std=c99", "-pedantic", "-fsyntax-only", file}), "");
  EXPECT_CONTAINS(folder.read("hostile.h"),
                  "/* Output 3, 'free': float32, shape [n*_ #error no, ?, 3]. */");
  // A name that C cannot have becomes one that it can; a repeated one is one size.
  EXPECT_CONTAINS(folder.read("hostile.h"),
                  "static inline tacit_tensor a_b_input_2(const uint16_t *data, int64_t "
                  "n____error_no) {\n  tacit_tensor tensor = {(void *)data, "
                  "TACIT_BF16, 3, {3, n____error_no, n____error_no}};\n");
}

TEST_F(Library, TwoModelsInOneProgram) {
  writeLookup();
  write("twin.so", TWIN_OBJECT, "twin.weights", 10.0f);
  std::string program = folder.write("program.c", R"(
#include "lookup.h"
#include "twin.h"
#include <stdio.h>
int main(void) {
  int64_t tokens[LOOKUP_INPUT_0_ELEMENTS] = {0, 1, 2, -1};
  uint8_t mask[LOOKUP_INPUT_1_ELEMENTS] = {1, 1, 1, 1};
  float first[LOOKUP_OUTPUT_0_ELEMENTS], second[TWIN_OUTPUT_0_ELEMENTS];
  tacit_tensor inputs[] = {lookup_input_0(tokens), lookup_input_1(mask)};
  tacit_tensor outputs[] = {lookup_output_0(first), twin_output_0(second)};
  char error[512];
  if (lookup_run(inputs, 2, &outputs[0], 1, 0, error, sizeof error) != TACIT_OK ||
      twin_run(inputs, 2, &outputs[1], 1, 0, error, sizeof error) != TACIT_OK)
    return puts(error), 1;
  printf("%g %g %g %g\n", first[0], first[3], second[0], second[3]);
  tokens[1] = 9;
  printf("%d ", twin_run(inputs, 2, &outputs[1], 1, 0, error, sizeof error));
  puts(error);
  return 0;
}
)");
  std::string binary = folder.path("program");
  ASSERT_EQ(compile({"-o", binary, program, folder.path("lookup.so"),
                     folder.path("twin.so"), "-Wl,-rpath,$ORIGIN"}),
            "");
  std::string out = folder.path("out");
  EXPECT_EQ(sys::ExecuteAndWait(binary, {binary}, std::nullopt, {"", out, out}), 0);
  EXPECT_EQ(folder.read("out"),
            "0.5 7.5 10 17\n"
            "4 input 'tokens' holds 9 at position [0, 1]; expected a value in [-8, 7]\n"
            "  try: check that the values belong to this model's vocabulary\n");
}

} // namespace
