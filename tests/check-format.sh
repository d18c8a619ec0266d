#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every C file is as clang-format writes it. Another version than Debian 12's formats some lines
# differently, so this skips, loudly, where that is not the one installed.
#
#   tests/check-format.sh [--fix] [FILE...]      --fix rewrites what differs
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(clang-format --version 2>/dev/null || echo none)
if [[ ! "$version" =~ version\ 14\. ]]; then
	echo "skip: clang-format is '$version', expected Debian 12's version 14: NOTHING WAS CHECKED"
	exit 0
fi
fix=
[ "${1:-}" != --fix ] || { fix=yes; shift; }
files=("$@")
[ ${#files[@]} -gt 0 ] ||
	mapfile -t files < <(find hal drivers firmware tools tests -name '*.[ch]' | sort)
[ ${#files[@]} -gt 0 ] || { echo "no C file found below $PWD"; exit 1; }

# Version 14 indents some rows of aligned tables with spaces.
formatted() { clang-format "$1" | unexpand --first-only --tabs=8; }

one() { # FILE: 0 when it is formatted
	local wanted
	wanted=$(mktemp)
	trap 'rm -f "$wanted"' RETURN
	formatted "$1" >"$wanted"
	cmp -s "$wanted" "$1" && return 0
	[ -z "$fix" ] || { cat "$wanted" >"$1"; echo "$1: formatted"; return 0; }
	echo "$1: not formatted; run: make format"
	diff -u "$1" "$wanted" | sed -n '3,10p'
	return 1
}

export -f formatted one
export fix
printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$(nproc)" bash -c '
	bad=0
	for file in "$@"; do one "$file" || bad=1; done
	exit $bad' bash || exit 1
echo "format: ${#files[@]} files"
