#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The systemd units are sound, restart without limit and reboot nothing; the back-off grows to 30 s
# and begins anew after a quiet minute, and never keeps a start from happening.
set -euo pipefail
cd "$(dirname "$0")/.."

unit=board/systemd/kakoud.service
bad=0
complain() { echo "$*"; bad=1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

console=board/systemd/kakou-console.service
for one in "$unit" "$console"; do
	for line in Restart=always StartLimitIntervalSec=0 RuntimeDirectoryPreserve=restart; do
		grep -qx "$line" "$one" || complain "$one: lacks $line"
	done
	grep -q '^ExecStartPre=/usr/lib/kakou/back-off /run/' "$one" || complain "$one: has no back-off"
	! grep -nE '^(StartLimitAction|FailureAction|SuccessAction|JobTimeoutAction|StartLimitBurst)=' "$one" ||
		complain "$one: what it says there may reboot the machine, or give up"
	! grep -n '^ProcSubset=pid' "$one" || complain "$one: the back-off does not see the uptime"
done
# The one unit that may restart the machine does it by what it runs, never by the service manager's own.
update=board/systemd/kakou-update.service
for line in "ExecStart=/usr/bin/kakou update watch" StartLimitIntervalSec=0 Restart=on-failure \
	ConditionKernelCommandLine=rauc.slot; do
	grep -qxF "$line" "$update" || complain "$update: lacks $line"
done
! grep -nE '^(StartLimitAction|FailureAction|SuccessAction|JobTimeoutAction|StartLimitBurst|WatchdogSec)=' "$update" ||
	complain "$update: what it says there may reboot the machine, or give up"
# A factory reset is over, whatever came of it, before kakoud begins.
reset=board/systemd/kakou-factory-reset.service
for line in Type=oneshot "Before=kakoud.service kakou-console.service" "ExecStartPre=-/usr/bin/kakou restore --undo"; do
	grep -qxF -e "$line" "$reset" || complain "$reset: lacks $line"
done
grep -qx Type=notify "$unit" || complain "$unit: lacks Type=notify"
watchdog=$(sed -n 's/^WatchdogSec=//p' "$unit")
least=$(sed -n 's/.*INTEGER("", "watchdog_s", \([0-9]*\),.*/\1/p' firmware/config/site_keys.c)
[ "$watchdog" -le "$least" ] || complain "$unit: WatchdogSec=$watchdog, expected at most the" \
	"machine's watchdog, $least s"

waits=$(for _ in 1 2 3 4 5 6 7 8 9; do BACK_OFF_DRY=1 board/systemd/back-off "$work/starts"; done |
	tr '\n' ' ')
[ "$waits" = "0 1 2 4 8 16 30 30 30 " ] || complain "back-off: waits $waits"
echo "7 -100000" >"$work/starts"
[ "$(BACK_OFF_DRY=1 board/systemd/back-off "$work/starts")" = 0 ] ||
	complain "back-off: a quiet minute does not end the row"
for text in "" "x y" "1" "1 2 3"; do
	echo "$text" >"$work/starts"
	BACK_OFF_DRY=1 board/systemd/back-off "$work/starts" >/dev/null ||
		complain "back-off: fails on a file that says '$text'"
done
BACK_OFF_DRY=1 board/systemd/back-off /nonexistent/starts >/dev/null ||
	complain "back-off: fails where it can't write"

if command -v systemd-analyze >/dev/null; then
	for one in "$unit" "$console" "$update" "$reset"; do
		name=$(basename "$one")
		sed -e '/^ExecStartPre=-/d' -e "s#/usr/lib/kakou/back-off#$PWD/board/systemd/back-off#" -e "s#^ExecStart=.*#ExecStart=/bin/true#" \
			-e '/^Documentation=/d' "$one" >"$work/$name"
		said=$(systemd-analyze verify "$work/$name" 2>&1) || bad=1
		[ -z "$said" ] || complain "$one: systemd-analyze says: $said"
	done
else
	echo "skip: systemd-analyze is not here, the unit's grammar was not looked at"
fi
[ $bad -eq 0 ] || exit 1
echo "units: restarted without limit, waits $waits"
