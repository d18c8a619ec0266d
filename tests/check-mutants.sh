#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every mutant of tests/mutants/list still changes its file and has its test.
set -euo pipefail
cd "$(dirname "$0")/.."

exec tests/mutants/run --dry
