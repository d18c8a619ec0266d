#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Words that have no place in the sources: calls with a safer twin, unfinished work, paths of one
# person's machine. And one that every source file has: its licence.
#
#   tests/check-words.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

mapfile -t files < <(find . \( -path ./build -o -path ./.git -o -name __pycache__ \) -prune -o \
	-type f -print | sed 's|^\./||' | sort)
bad=0

refuse() { # WHY, PATTERN, FILE...: no line of the files may match
	local why=$1 pattern=$2 found
	shift 2
	[ $# -gt 0 ] || return 0
	found=$(grep -nIHE "$pattern" -- "$@" || true)
	[ -z "$found" ] || { echo "$why:"; echo "$found" | cut -c1-160; bad=1; }
}

pick() { # PATTERN: the files whose name matches
	printf '%s\n' "${files[@]}" | grep -E "$1" | grep -vx 'tests/check-words.sh' || true
}

mapfile -t c < <(pick '\.[ch]$')
mapfile -t code < <(pick '\.([chs]|sh|py|js)$|^Makefile$|^tests/run$|^tools/install-deps$|^\.ci/run$')
mapfile -t all < <(pick '.')

refuse "calls with a safer twin" \
	'\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|alloca|strtok)[[:space:]]*\(' "${c[@]}"
refuse "unfinished work" '\b(TODO|FIXME|XXX|HACK)\b|not implemented' "${code[@]}"
refuse "a path of one person's machine" '(^|[^A-Za-z0-9_.$}/])/(work|home|root)/' "${all[@]}"
refuse "white space at the end of a line" '[[:blank:]]$' "${code[@]}"

for file in "${code[@]}"; do
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
		{ echo "$file: its first lines lack SPDX-License-Identifier: MIT"; bad=1; }
done
[ ${#code[@]} -gt 0 ] || { echo "no source file found below $PWD"; bad=1; }
[ "$bad" -eq 0 ] || exit 1
echo "words: ${#all[@]} files"
