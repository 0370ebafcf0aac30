#!/usr/bin/env bash
# Installs the Debian packages that are missing, and nothing when none is.
#
#   utils/setup.sh              what building, testing and measuring need
#   utils/setup.sh --develop    also clang-tidy
#   utils/setup.sh --package    also what makes Debian packages
#   utils/setup.sh --models     also what makes models with references: PyTorch, Node
#
# What few need is apart, so that a machine without a network still builds when it has
# everything a build needs.
set -u

packages=(
  libmlir-22-dev mlir-22-tools llvm-22-dev clang-22 lld-22 libomp-22-dev
  libonnx-dev libprotobuf-dev protobuf-compiler libfmt-dev libzip-dev
  libsodium-dev libssl-dev openssl libgtest-dev libbenchmark-dev libonnx-testdata
  clang-format-22
  cmake ninja-build ccache python3 libclang-rt-22-dev lowdown pkgconf
  python3-numpy make
)
if [ "${1:-}" = --develop ]; then
  packages+=(clang-tidy-22)
elif [ "${1:-}" = --package ]; then
  # dpkg-shlibdeps names the packages that programs need.
  packages+=(dpkg-dev)
elif [ "${1:-}" = --models ]; then
  packages+=(python3-torch python3-onnx)
  # Node is often there from elsewhere, and then conflicts with Debian's.
  command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)
elif [ $# -gt 0 ]; then
  echo "setup: unknown argument '$1'; expected nothing, --develop, --package or --models" >&2
  exit 2
fi

if ! command -v dpkg-query >/dev/null; then
  echo "setup: found no dpkg-query, so this is no Debian system; expected Debian 12 or" \
       "newer. Install the equivalents of these and run 'cmake' by hand: ${packages[*]}" >&2
  exit 1
fi

# Prints the packages that are not installed, one a line.
missing_packages() {
  local have
  have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null |
         sed -n 's/^installed //p')
  comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) <(printf '%s\n' "$have" | sort -u)
}

mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  root=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
  root=(sudo)
else
  echo "setup: packages are missing, and installing them needs root or sudo. As root, run:" \
       "apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@" \
    </dev/null >"$log" 2>&1
}

echo "setup: installing Debian packages (this can take some minutes): ${missing[*]}"
apt update
if ! apt install --yes --no-install-recommends "${missing[@]}"; then
  tail -n 5 "$log" >&2
  echo "setup: could not install ${missing[*]}; the lines above are apt's." \
       "LLVM 22 comes from Debian 12's bookworm-security: look whether" \
       "/etc/apt/sources.list names it, and whether the network is reachable" >&2
  exit 1
fi
