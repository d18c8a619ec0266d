#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The tables of rules, hazards and situations name tests and mutants that are there: a name in
# `quotes`, perhaps cut short by "…", begins the name of a test or of a test file; `some-name` in
# the column of mutants is one of tests/mutants/list, where `-x` after `interlock-s1` stands for
# `interlock-x`. Each requirement that the officers' page meets names what shows it.
set -euo pipefail
cd "$(dirname "$0")/.."

bad=0
complain() { echo "$*"; bad=1; }
known=$(grep -rhoE '\b[a-z0-9_]{6,}\b' tests --include='*.c' --include='*.py' | sort -u
	find tests -name 'test_*' -printf '%f\n' | sed 's/\.[a-z]*$//')
mutants=$(sed -n 's/^name: *//p' tests/mutants/list)

for page in firmware/README.md firmware/lane/README.md; do
	while read -r name; do
		stem=${name%…}
		[ "$stem" != "$name" ] || stem="$name\$"
		grep -qE "^(test_)?$stem" <<<"$known" || complain "$page: no test is named $name"
	done < <(grep '^|' "$page" | grep -oE '`[a-z0-9]+_[a-z0-9_]+_[a-z0-9_]*…?`' | tr -d '`' | sort -u)
	family=
	while read -r name; do
		case $name in
		-*) name=$family$name ;;
		*) family=${name%%-*} ;;
		esac
		grep -qxF -- "$name" <<<"$mutants" || complain "$page: no mutant is named $name"
	done < <(grep '^| S[0-9]' "$page" | grep -oE '`-?[a-z][a-z0-9]*-[a-z0-9-]+`|`-[a-z0-9-]+`' | tr -d '`')
done

page=firmware/console/README.md
rows=0
while IFS='|' read -r _ id _ _ shown _; do
	[[ $id =~ [0-9] ]] || continue
	rows=$((rows + 1))
	names=$(grep -oE '`[^`]+`' <<<"$shown" | tr -d '`' || true)
	[ -n "$names" ] || complain "$page: nothing shows ASVS$id"
	for name in $names; do
		[ -e "tests/$name" ] || grep -qxF -- "$name" <<<"$known" ||
			complain "$page: ASVS$id: no test is named $name"
	done
done < <(sed -n '/^## OWASP ASVS/,/^## [^O]/p' "$page" | grep '^|')
[ $rows -gt 20 ] || complain "$page: $rows requirements of ASVS, expected its table"
[ $bad -eq 0 ]
