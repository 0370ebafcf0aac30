# Thin on purpose: the work is done by CMake and by the scripts in utils/. Every
# target does all the set-up it needs.

CONFIGURE := cmake -G Ninja -S . -B build -DCMAKE_C_COMPILER=clang-22 \
  -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld \
  -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld
# Without sloppiness ccache takes nothing that reads a precompiled header.
CCACHE := -DCMAKE_CXX_COMPILER_LAUNCHER=env;CCACHE_SLOPPINESS=pch_defines,time_macros;ccache
PYTHON := /usr/bin/python3

PREFIX := /usr/local

.DEFAULT_GOAL := build
.PHONY: build install package demo check fuzz check-models bench format tidy docs clean help

help: ## print the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

build: ## install missing packages, configure once, compile into build/bin
	@utils/setup.sh
	@test -f build/build.ninja || $(CONFIGURE) --log-level=WARNING \
	  $$(command -v ccache >/dev/null && echo "$(CCACHE)")
	@ninja -C build $$(test -t 1 || echo --quiet)

install: build ## install under PREFIX (default /usr/local)
	@cmake --install build --prefix $(PREFIX)

package: build ## write Debian packages to build/packages
	@utils/setup.sh --package
	@cd build && cpack
	@ls build/packages/*.deb

demo: build ## compile a small trained transformer and let it write
	@utils/demo.sh

check: build ## lit, lit again with round trips, unit tests, the house rules
	@$(PYTHON) utils/run-checks.py

fuzz: build ## feed every reader changed files, 20 minutes each
	@ninja -C build --quiet fuzzers && $(PYTHON) utils/fuzz.py --minutes 20

check-models: build ## whole models against stored outputs of ONNX Runtime
	@$(PYTHON) utils/check-models.py

bench: build ## every benchmark, one after another
	@set -e; for script in benchmarks/*/run.sh; do test -f "$$script" || continue; \
	  echo "== $$script"; "$$script"; done

format: ## lay out the C++ sources as .clang-format says
	@utils/setup.sh --develop
	@find include lib tools unittests benchmarks examples fuzz \( -name '*.cpp' -o -name '*.h' -o \
	  -name '*.c' \) 2>/dev/null | xargs -r clang-format-22 -i

tidy: build ## run clang-tidy over lib and tools
	@utils/setup.sh --develop
	@find lib tools -name '*.cpp' | xargs -r clang-tidy-22 --quiet -p build

docs: ## write docs/Passes.md and docs/Dialects.md anew
	@utils/setup.sh
	@$(PYTHON) utils/gen-docs.py

clean: ## remove the build folder
	rm -rf build
