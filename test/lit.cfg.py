# Configuration of the lit suite. Tools are found by PATH: ours first, then LLVM's.
#
# --param verify_roundtrip=1, or TACIT_VERIFY_ROUNDTRIP=1 in the environment, makes
# every tacit-opt print and parse its input once more before it starts.

import os

import lit.formats
import lit.util

config.name = "Tacit"
config.test_format = lit.formats.ShTest()
config.suffixes = [".mlir", ".test", ".c"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.tacit_exec_root

config.environment["PATH"] = os.pathsep.join(
    [config.tacit_tools_dir, config.llvm_tools_dir, os.environ["PATH"]])
config.substitutions.append(("%source", config.tacit_source_root))
config.substitutions.append(("%tools", config.tacit_tools_dir))
config.substitutions.append(("%build", config.tacit_build_root))
config.substitutions.append(("%cxx", config.tacit_cxx))
# Debian's own, which has no packages beside the standard library: a `python3` of
# some other installation may come first on PATH.
config.substitutions.append(("%python", "/usr/bin/python3"))

# `%exits 2 tacit run` fails unless tacit ends with 2; its stderr goes to stdout.
inputs = os.path.join(config.test_source_root, "Inputs")
config.substitutions.append(("%exits", "/usr/bin/python3 %s/exits.py" % inputs))
config.substitutions.append(("%npy", "/usr/bin/python3 %s/npy.py" % inputs))
config.substitutions.append(("%inputs", inputs))

roundtrip = lit_config.params.get("verify_roundtrip") or os.environ.get(
    "TACIT_VERIFY_ROUNDTRIP", "0")
roundtrip = lit.util.pythonize_bool(roundtrip)
if roundtrip:
    config.substitutions.append(
        (r"(?<![\w./-])tacit-opt(?![\w.-])", "tacit-opt --verify-roundtrip"))

# Large models are not part of the repository; tests on them say REQUIRES: models.
models = os.environ.get("TACIT_MODELS") or os.path.join(
    config.tacit_source_root, "..", "shared", "models")
if os.path.isdir(models):
    config.available_features.add("models")
    config.substitutions.append(("%models", os.path.abspath(models)))
elif not roundtrip:
    lit_config.note("the model folder '%s' was not found; tests that need it are "
                    "skipped" % os.path.normpath(models))

# ThreadSanitizer is a package of its own: libclang-rt-22-dev.
if os.path.exists(os.path.join(config.llvm_tools_dir, "..", "lib", "clang", "22", "lib", "linux",
                               "libclang_rt.tsan-x86_64.a")):
    config.available_features.add("tsan")
else:
    lit_config.note("tests with ThreadSanitizer are skipped: install libclang-rt-22-dev")

# /proc/cpuinfo lists what the CPU and the kernel both support.
try:
    with open("/proc/cpuinfo") as cpuinfo:
        flags = next((set(line.split()) for line in cpuinfo if line.startswith("flags")), set())
except OSError:
    flags = set()
if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
    config.available_features.add("avx512")
if {"avx2", "fma", "f16c"} <= flags:
    config.available_features.add("avx2")
