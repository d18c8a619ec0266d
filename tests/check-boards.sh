#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every board in board/boards/ is whole: `kakou config board` reads its file without complaint, it
# bears its folder's name, and its device-tree overlay compiles without a warning for a machine that
# the file names. Where there is no device-tree compiler the overlays are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

kakou=${BUILD:-build}/${VARIANT:-gcc}/kakou
bad=0
complain() { echo "$*"; bad=1; }
[ -x "$kakou" ] || { echo "$kakou is not built; run: make"; exit 1; }
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT

count=0
for board in board/boards/*/; do
	name=$(basename "$board")
	count=$((count + 1))
	"$kakou" config board "$board/board.conf" >"$into/said" 2>&1 || complain "$(cat "$into/said")"
	grep -qx "name = \"$name\"" "$board/board.conf" ||
		complain "$board/board.conf: expected name = \"$name\", as its folder"
	compatible=$(sed -n 's/^compatible = //p' "$board/board.conf")
	[ -f "$board/overlay.dts" ] || { complain "$board: no overlay.dts"; continue; }
	grep -qF "$compatible" "$board/overlay.dts" ||
		complain "$board/overlay.dts: is not for $compatible, as board.conf is"
	command -v dtc >/dev/null || continue
	# The aliases and pins of an overlay have no address and no reg, which is what it warns of.
	said=$(dtc -@ -I dts -O dtb -o "$into/$name.dtbo" "$board/overlay.dts" 2>&1) &&
		[ -s "$into/$name.dtbo" ] && [ -z "$said" ] ||
		complain "$board/overlay.dts: dtc says: $said"
done
[ $count -ge 2 ] || complain "board/boards: $count boards, expected some"
[ $bad -eq 0 ] || exit 1
command -v dtc >/dev/null || echo "skip: no dtc (device-tree-compiler), the overlays are not compiled"
echo "boards: $count are whole"
