#!/usr/bin/env bash
# The demonstration behind `make demo`: everything it shows is made by build/bin/tacit.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -x build/bin/tacit ]; then
  echo "demo: found no build/bin/tacit; expected the finished build. try: make build" >&2
  exit 1
fi
if [ ! -x examples/shakespeare/run.sh ]; then
  echo "demo: found no examples/shakespeare/run.sh, which is what the demo shows;" \
       "expected a complete clone. try: git checkout -- examples" >&2
  exit 1
fi
exec examples/shakespeare/run.sh
