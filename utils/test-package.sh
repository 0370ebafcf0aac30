#!/usr/bin/env bash
# Installs the packages of `make package` in a bare Debian 12 and tries them there: nothing
# of the build tree, no compiler and no development package is in reach until the examples
# in C are built.
#
#   utils/test-package.sh [MIRROR.sources]      needs root, mmdebstrap and a Debian mirror
#
# The last line is 'N passed, M failed'.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
sources=${1:-/etc/apt/sources.list.d/debian.sources}
packages=(build/packages/tacit_*.deb)
[ -f "${packages[0]}" ] || { echo "test-package: run 'make package' first" >&2; exit 1; }
command -v mmdebstrap >/dev/null || { echo "test-package: install mmdebstrap" >&2; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
echo "== a bare Debian 12"
mmdebstrap --quiet --variant=minbase bookworm "$root" "$sources" || exit 1
# mmdebstrap leaves no way to resolve names.
[ -f /etc/resolv.conf ] && cp -L /etc/resolv.conf "$root/etc/"
cp "${packages[@]}" "$root/tmp/"

passed=0
failed=0
# Programs find themselves through /proc.
inside() {
  unshare --mount --pid --fork --mount-proc="$root/proc" chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    DEBIAN_FRONTEND=noninteractive bash -ec "$1" </dev/null
}
step() {
  local log
  if log=$(inside "$2" 2>&1); then
    passed=$((passed + 1))
    echo "ok: $1"
  else
    failed=$((failed + 1))
    echo "FAILED: $1"
    echo "$log" | tail -n 15
  fi
}

examples=/usr/share/doc/tacit/examples
install="apt-get -q -y -o APT::Sandbox::User=root install --no-install-recommends"
step "the package installs" "apt-get -q update; $install /tmp/tacit_*.deb"
step "no compiler is there" "! command -v cc && ! command -v clang && test ! -e /usr/include/stdio.h"
step "tacit --version" "tacit --version"
step "a manual page and completion" "test -f /usr/share/man/man1/tacit-compile.1 -o \
  -f /usr/share/man/man1/tacit-compile.1.gz && test -f /usr/share/bash-completion/completions/tacit"
step "tacit run" "cd /root; tacit run $examples/shakespeare/gpt-char.onnx \
  --input tokens=$examples/shakespeare/window.npy \
  --expect logits=$examples/shakespeare/window-logits.npy"
step "tacit compile" "cd /root; tacit compile $examples/shakespeare/gpt-char.onnx -o gpt.so"
step "tacit run of the library" "cd /root; tacit run gpt.so \
  --input tokens=$examples/shakespeare/window.npy \
  --expect logits=$examples/shakespeare/window-logits.npy"
step "the library needs nothing of ours" "cd /root; ! grep -q /llvm-22 gpt.so"
step "tacit cost" "tacit cost $examples/shakespeare/gpt-char.onnx --dim batch=1 --dim seq=8 \
  --protocol crypten"
step "a C compiler, make and numpy" "$install gcc libc6-dev make python3-numpy"
step "the program in C" "cp -r $examples /root/; cd /root/examples/c-program; \
  make run CC=gcc TACIT=tacit | grep ROMEO"
step "the cache, in C and in Python" "cd /root/examples/decode; \
  tacit compile ../shakespeare/gpt-char-cached.onnx -o cached.so && \
  gcc -O2 decode.c -o decode -L. -l:cached.so '-Wl,-rpath,\$ORIGIN' && \
  test \"\$(./decode)\" = \"\$(python3 decode.py)\" && ./decode | grep -q ROMEO"
step "a classifier" "cd /root/examples/classifiers; tacit eval question.onnx \
  --inputs question-inputs.npz --labels question-labels.npy --quantize int4"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
