#!/usr/bin/env bash
# Is what two processes send what was forecast, and is what they compute right?
set -euo pipefail
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 benchmarks/two_party/run.py "$@"
