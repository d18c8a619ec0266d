#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The manual pages are there, are sound, and say what the programs say: kakou.conf(5) contains
# the list of keys as `kakou config manual` prints it from the key table, kakou(1) names every
# subcommand of `kakou help`, kakoud(8) every option of `kakoud --help`, and kakou-console(8) its
# options and its keys; kakou-board(5) has the keys of board files.
#
#   tests/check-manual.sh [--fix]      --fix puts the lists of keys into the pages
set -euo pipefail
cd "$(dirname "$0")/.."

programs=${BUILD:-build}/${VARIANT:-gcc}
begin='.\" The keys, as printed by: '
end='.\" End of the keys.'
bad=0
complain() { echo "$*"; bad=1; }

declare -A pages
for name in kakou.1 kakoud.8 kakou.conf.5 kakou-board.5 kakou-console.8; do
	pages[$name]=$(find firmware -name "$name")
	[ -f "${pages[$name]}" ] || complain "firmware/: no manual page $name"
done
for program in kakou kakoud kakou-console; do
	[ -x "$programs/$program" ] || complain "$programs/$program is not built; run: make"
done
[ $bad -eq 0 ] || exit 1

while read -r page; do
	said=$(groff -mandoc -Tutf8 -ww -z "$page" 2>&1) || true
	[ -z "$said" ] || complain "$page: groff says: $said"
done < <(find firmware tools -name '*.[158]')

check_keys() { # PAGE FIX PROGRAM ARGUMENT...
	local page=$1 fix=$2 keys difference first last=${end//\\/\\\\}
	shift 2
	first=${begin//\\/\\\\}$*
	if [ "$fix" = --fix ]; then
		keys=$(mktemp)
		"$programs/$@" >"$keys"
		# From the first mark to the last: the marks stay, what was between them goes.
		sed -i -e "\\|^$first\$|r $keys" \
			-e "\\|^$first\$|,\\|^$last\$|{\\|^\\.\\\\\"|!d}" "$page"
		rm "$keys"
	fi
	difference=$(diff <(awk -v b="$first" -v e="$last" \
		'$0 == e { on = 0 } on { print } $0 == b { on = 1 }' "$page") \
		<("$programs/$@")) ||
		complain "$page: its list of keys is not what the key table says (run: $0 --fix):" \
			"$(head -n 10 <<<"$difference")"
}
check_keys "${pages[kakou.conf.5]}" "${1:-}" kakou config manual
check_keys "${pages[kakou-board.5]}" "${1:-}" kakou config board-manual
check_keys "${pages[kakou-console.8]}" "${1:-}" kakou-console --manual

while read -r command; do
	grep -qE "^\.(It|Ss) .*\<$command\>" "${pages[kakou.1]}" ||
		complain "${pages[kakou.1]}: lacks the subcommand '$command'"
done < <("$programs/kakou" help | sed -nE 's/^  ([a-z]+).*/\1/p' | sort -u)
while read -r kind; do
	grep -qw -- "$kind" <<<"$(sed -n '/^is one of$/,/\.$/p' "${pages[kakou.1]}")" ||
		complain "${pages[kakou.1]}: lacks the kind of event '$kind'"
done < <(sed -nE 's/^\tX\([A-Z_]+, "([a-z_]+)"\).*/\1/p' firmware/record/event.h)
for program in kakoud kakou-console; do
	while read -r option; do
		grep -qE "^\.(It|Op) Fl -$option\>" "${pages[$program.8]}" ||
			complain "${pages[$program.8]}: lacks the option '--$option'"
	done < <("$programs/$program" --help | grep -oE -- '--[a-z]+' | sed 's/--//' | sort -u)
done

[ $bad -eq 0 ] || exit 1
echo "manual: ${#pages[@]} pages say what the programs say"
