//===- math_kernels.cpp - Accuracy and speed of exp, erf and tanh ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compares the kernels with libm in double precision, in units in the last place of
// the f32 result, and with libm's f32 functions in time and error. The scalar form,
// the vector form, and the vector form compiled for AVX2 only must give the same
// bits. Exits with 1 if they do not, or if an error exceeds its limit.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

static constexpr size_t kChunk = 4096;
using Loop = void(const float *, float *);

extern "C" {
Loop native_exp_scalar, native_erf_scalar, native_tanh_scalar;
Loop native_exp_vector, native_erf_vector, native_tanh_vector;
Loop avx2_exp_vector, avx2_erf_vector, avx2_tanh_vector;
}

namespace {

struct Function {
  const char *name;
  Loop *vector, *scalar, *avx2;
  double (*reference)(double);
  float (*libm)(float);
  /// Largest error allowed, in ULP.
  double limit;
  /// Arguments around which every f32 is tried.
  std::vector<float> seams;
  /// Arguments for timing are spread evenly over this interval.
  float low, high;
};

/// Errors against the reference in ULP.
struct Errors {
  double worst = 0, sum = 0, worstDenormal = 0;
  float at = 0;
  uint64_t count = 0, exact = 0;

  void add(float x, float y, double reference);
};

/// What one function did over all arguments tried.
struct Verdict {
  Errors ours, libm;
  uint64_t differ = 0, wrongSpecial = 0;
};

} // namespace

static float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t toBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

void Errors::add(float x, float y, double reference) {
  int exponent;
  std::frexp(reference, &exponent);
  double ulp = std::ldexp(1.0, std::max(exponent, -125) - 24);
  double error = std::fabs(y - reference) / ulp;
  if (std::fabs(reference) < 0x1p-126) {
    worstDenormal = std::max(worstDenormal, error);
    return;
  }
  float rounded = static_cast<float>(reference);
  // Almost linear there, or saturated here: easy, many, and they would flatter the mean.
  if ((std::fabs(x) < 0x1p-14f || std::fabs(rounded) == 1) && error <= 0.5)
    return;
  sum += error;
  ++count;
  exact += y == rounded;
  if (error > worst) {
    worst = error;
    at = x;
  }
}

/// The arguments in `x` go through all three forms; `x` has kChunk elements.
static void judge(const Function &f, const float *x, Verdict &verdict) {
  float y[kChunk], scalar[kChunk], avx2[kChunk];
  f.vector(x, y);
  f.scalar(x, scalar);
  f.avx2(x, avx2);
  for (size_t i = 0; i < kChunk; ++i) {
    uint32_t bits = toBits(y[i]);
    verdict.differ += bits != toBits(scalar[i]) || bits != toBits(avx2[i]);
    double reference = f.reference(x[i]);
    float rounded = static_cast<float>(reference);
    if (std::isnan(x[i])) {
      verdict.wrongSpecial += !std::isnan(y[i]);
    } else if (std::isinf(x[i]) || std::isinf(rounded) || rounded == 0) {
      // Infinity, zero and its sign are right or wrong, without a distance.
      verdict.wrongSpecial += bits != toBits(rounded);
    } else {
      verdict.ours.add(x[i], y[i], reference);
      verdict.libm.add(x[i], f.libm(x[i]), reference);
    }
  }
}

static Verdict tryArguments(const Function &f, uint64_t stride) {
  Verdict verdict;
  float x[kChunk];
  for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += kChunk * stride) {
    // Past the end stands the largest NaN.
    for (size_t i = 0; i < kChunk; ++i)
      x[i] = fromBits(std::min<uint64_t>(bits + i * stride, UINT32_MAX));
    judge(f, x, verdict);
  }
  for (float seam : f.seams) {
    for (uint32_t sign : {0u, 0x80000000u}) {
      for (size_t i = 0; i < kChunk; ++i)
        x[i] = fromBits((toBits(seam) - uint32_t(kChunk / 2) + uint32_t(i)) ^ sign);
      judge(f, x, verdict);
    }
  }
  return verdict;
}

/// Least time per element of several runs, in nanoseconds.
template <typename Body>
static double nanoseconds(Body body) {
  using Clock = std::chrono::steady_clock;
  double best = INFINITY;
  for (int run = 0; run < 20; ++run) {
    constexpr int kRepeat = 100;
    auto begin = Clock::now();
    for (int i = 0; i < kRepeat; ++i)
      body();
    std::chrono::duration<double, std::nano> time = Clock::now() - begin;
    best = std::min(best, time.count() / (kRepeat * kChunk));
  }
  return best;
}

static void time(const Function &f) {
  static float x[kChunk], y[kChunk];
  for (size_t i = 0; i < kChunk; ++i)
    x[i] = f.low + (f.high - f.low) * float(i * 2654435761u % kChunk) / kChunk;
  double libm = nanoseconds([&] {
    for (size_t i = 0; i < kChunk; ++i)
      y[i] = f.libm(x[i]);
    // Every run's results must look used.
    asm volatile("" : : "r"(y) : "memory");
  });
  double scalar = nanoseconds([&] { f.scalar(x, y); });
  double avx2 = nanoseconds([&] { f.avx2(x, y); });
  double vector = nanoseconds([&] { f.vector(x, y); });
  std::printf("%-5s %8.3f %8.3f %8.3f %8.3f %9.1f\n", f.name, libm, scalar, avx2, vector,
              libm / vector);
}

static void print(const char *name, const char *whose, const Errors &errors) {
  std::printf("%-5s %-6s %8.4f %16.8g %8.4f %9.2f%% %10.4f\n", name, whose, errors.worst,
              errors.at, errors.sum / errors.count, 100.0 * errors.exact / errors.count,
              errors.worstDenormal);
}

static const Function kFunctions[] = {
    {"exp",
     native_exp_vector,
     native_exp_scalar,
     avx2_exp_vector,
     std::exp,
     std::exp,
     0.9,
     {0.34657359f, 87.336545f, 88.722839f, 103.97208f, 104.0f, 89.0f},
     -20,
     0},
    {"erf",
     native_erf_vector,
     native_erf_scalar,
     avx2_erf_vector,
     std::erf,
     std::erf,
     1.1,
     {0.921875f, 3.8325069f, 3.925f},
     -4,
     4},
    {"tanh",
     native_tanh_vector,
     native_tanh_scalar,
     avx2_tanh_vector,
     std::tanh,
     std::tanh,
     1.1,
     {0.75f, 9.0109081f, 9.02f},
     -4,
     4}};

/// Prints the errors of one function; false if they are larger than promised.
static bool report(const Function &f, uint64_t stride) {
  Verdict verdict = tryArguments(f, stride);
  print(f.name, "ours", verdict.ours);
  print(f.name, "libm", verdict.libm);
  std::printf("%-5s %llu results differ between scalar, vector and AVX2; %llu of the "
              "zeros, infinities and NaN are wrong\n",
              f.name, static_cast<unsigned long long>(verdict.differ),
              static_cast<unsigned long long>(verdict.wrongSpecial));
  bool within = verdict.ours.worst <= f.limit && verdict.ours.worstDenormal <= 1;
  if (!within)
    std::printf("%-5s FAILED: expected at most %g ULP, 1 where denormal\n", f.name,
                f.limit);
  return within && !verdict.differ && !verdict.wrongSpecial;
}

int main(int argc, char **argv) {
  uint64_t stride = 16;
  if (argc == 3 && !std::strcmp(argv[1], "--stride"))
    stride = std::strtoull(argv[2], nullptr, 10);
  if ((argc != 1 && argc != 3) || stride == 0 || stride > 65536) {
    std::fprintf(stderr, "error: expected no argument, or --stride N with N in 1..65536\n");
    return 2;
  }

  std::printf("every %llu of 2^32 arguments: error in ULP against libm in double\n",
              static_cast<unsigned long long>(stride));
  std::printf("%-5s %-6s %8s %16s %8s %10s %10s\n", "", "", "max", "at", "mean", "rounded",
              "denormal");
  bool good = true;
  for (const Function &f : kFunctions)
    good &= report(f, stride);

  std::printf("\nns per element, %zu elements\n", kChunk);
  std::printf("%-5s %8s %8s %8s %8s %9s\n", "", "libm", "scalar", "avx2", "vector",
              "libm/ours");
  for (const Function &f : kFunctions)
    time(f);
  return good ? 0 : 1;
}
