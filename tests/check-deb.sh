#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs, upgrades and purges the packages of tools/build-deb in a chroot of the Debian they are for,
# which is made once and kept below the build folder; then systemd starts their units there (tests/deb/).
# Needs root and mmdebstrap. Safe to repeat.
#
#   tests/check-deb.sh       builds the packages first
#
# The last line is "check-deb: N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

build=${BUILD:-build}
suite=${SUITE:-trixie}
mirror=${MIRROR:-http://deb.debian.org/debian}
base=$build/deb-test-$suite
root=$build/deb-test
gate_said=$build/deb-gate.log
. tests/deb/machine.sh
passed=0
failed=0

say() { echo "check-deb: $*"; }
die() { say "$*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || die "not root: a chroot can't be made; run it as root"
	SUITE=$suite tools/build-deb amd64 arm64
	exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private -- "$0" --inside
fi

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }

check() { # WHAT COMMAND...
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		passed=$((passed + 1))
		say "ok    $what"
	else
		failed=$((failed + 1))
		say "FAIL  $what"
		sed 's/^/        | /' <<<"$said" | tail -n 20
	fi
}

refuse() { ! "$@"; }

make_base() {
	say "making $base from $mirror (once; 1 minute)"
	rm -rf "$base.new"
	mmdebstrap --quiet --variant=minbase --mode=root --include=systemd,udev,openssl,man-db \
		"$suite" "$base.new" "$mirror" || die "mmdebstrap failed"
	rm -rf "$base"
	mv "$base.new" "$base"
}

# The same package with a version above every other, as newer-NAME.deb.
newer() { # NAME
	local folder=$root/tmp/newer
	rm -rf "$folder"
	dpkg-deb -R "$build"/deb/"$1"_*_amd64.deb "$folder"
	sed -i 's/^Version: .*/Version: 99.0/; s/kakou (= [^)]*)/kakou (= 99.0)/' "$folder/DEBIAN/control"
	[ ! -e "$folder/etc/default/kakou" ] || echo '# something else' >>"$folder/etc/default/kakou"
	(cd "$folder" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z |
		xargs -0 md5sum >DEBIAN/md5sums)
	dpkg-deb --root-owner-group -b "$folder" "$root/tmp/newer-$1.deb" >&2
}

# ---- what is expected -----------------------------------------------------------------------

exposure_is_at_most() { # UNIT TENTHS
	local said
	said=$(inside systemd-analyze security --offline=true --no-pager --threshold="$2" "$1") || {
		echo "$said" | grep -v ' 0\.0' | tail -n 40
		return 1
	}
	tail -n 1 <<<"$said"
}

# What the service manager would say about a start.
the_page_may_start() {
	inside systemd-analyze condition "$(grep ^ConditionPathExists= "$root/usr/lib/systemd/system/kakou-console.service")"
}

a_machine_without_slots_is_watched() {
	inside systemd-analyze condition "$(grep ^ConditionPathExists= "$root/usr/lib/systemd/system/kakou-update.service")"
}

# The simulated site beside its yard, kakoud and the page as their own users: what a technician tries first.
a_gate_of_the_packages() {
	inside sh -ec '
		run=/tmp/gate
		mkdir -p $run
		/usr/lib/kakou/make-certs.sh $run/certs
		sed "s,@NET@,127.99.7,; s,@RUN@,$run,; s,@MAPS@,/usr/share/kakou/maps," \
			/usr/share/kakou/sim/site.conf >$run/site.conf
		chown -R kakou:kakou $run
		as_kakou="setpriv --reuid=kakou --regid=kakou --init-groups"
		$as_kakou kakou-yard --site $run/site.conf --scenario /usr/share/kakou/sim/demo.scenario \
			--control $run/yard.sock --gpio $run/gpio.sock --log $run/yard.log &
		yard=$!
		trap "kill $yard" EXIT
		until [ -S $run/gpio.sock ]; do sleep 0.1; done
		$as_kakou kakoud --config $run/site.conf --check
		$as_kakou kakoud --config $run/site.conf &
		daemon=$!
		until [ -S $run/kakoud.sock ]; do kill -0 $daemon; sleep 0.1; done
		$as_kakou kakou --socket $run/kakoud.sock status
		install -d -o kakou-console -m 700 $run/console
		install -o kakou-console -m 400 $run/certs/console.key $run/console/
		cat >$run/console.conf <<-END
			listen_host = "127.99.7.1"
			cert_file = "$run/certs/console.pem"
			key_file = "$run/console/console.key"
			control_socket = "$run/kakoud.sock"
			state_dir = "$run/console"
		END
		as_page="setpriv --reuid=kakou-console --regid=kakou --init-groups --no-new-privs --bounding-set=-all"
		$as_page kakou-console --config $run/console.conf &
		page=$!
		said() { # PATH
			printf "GET %s HTTP/1.1\r\nHost: console.sim.invalid:8443\r\nConnection: close\r\n\r\n" "$1" |
				timeout 10 openssl s_client -quiet -connect 127.99.7.1:8443 -CAfile $run/certs/ca.pem \
					-verify_return_error -verify_hostname console.sim.invalid 2>/dev/null | head -n 1 | tr -d "\r"
		}
		for try in $(seq 100); do
			[ "$(said /healthz)" != "HTTP/1.1 200 OK" ] || break
			kill -0 $page
			sleep 0.2
		done
		for path in /healthz / /main.js /chart.min.js; do
			echo "page $path: $(said $path)"
		done
		kill $page
		wait $page
		kill $daemon
		wait $daemon
		$as_kakou kakou log verify $run/state' >"$gate_said" 2>&1 || { cat "$gate_said"; return 1; }
}

[ -x "$base/usr/bin/udevadm" ] || make_base
rm -rf "$root"
cp -a --reflink=auto "$base" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp "$build"/deb/*_amd64.deb "$root/tmp/"
rm -f "$root"/tmp/*dbgsym*
inside apt-get update -qq

check "the packages install" inside sh -c 'apt-get install -y -qq --no-install-recommends /tmp/kakou_*.deb /tmp/kakou-console_*.deb /tmp/kakou-tools_*.deb'
check "there is a user kakou without a shell" inside sh -c 'getent passwd kakou | grep -q ":/var/lib/kakou:.*nologin$"'
check "there is a user kakou-console without a shell, who may use the control socket" inside sh -c 'getent passwd kakou-console | grep -q ":/var/lib/kakou-console:.*nologin$" && id -gn kakou-console | grep -qx kakou'
check "the units are enabled" inside systemctl is-enabled kakoud.service kakou-update.service kakou-factory-reset.service kakou-console.service
check "the units are sound" inside systemd-analyze verify kakoud.service kakou-update.service kakou-factory-reset.service kakou-console.service
check "the sandbox of kakoud: exposure at most 2.5" exposure_is_at_most kakoud.service 25
check "the sandbox of the page: exposure at most 1.5" exposure_is_at_most kakou-console.service 15
check "the sandbox of the update's watch: exposure at most 2.5" exposure_is_at_most kakou-update.service 25
check "the sandbox of the factory reset: exposure at most 2.5" exposure_is_at_most kakou-factory-reset.service 25
check "a machine without slots is not watched" refuse a_machine_without_slots_is_watched
check "the page is not started before it has settings" refuse the_page_may_start
check "udev's rules are sound" inside udevadm verify /usr/lib/udev/rules.d/60-kakou.rules
check "kakoud refuses a site that is not there, by name" inside sh -c '! kakoud --check 2>/tmp/said && grep -q /etc/kakou/kakou.conf /tmp/said'
check "a gate beside its yard and its page starts, answers, ends, and its record verifies" a_gate_of_the_packages
for path in /healthz / /main.js /chart.min.js; do
	check "the page of that gate answers $path over HTTPS" grep -qx "page $path: HTTP/1.1 200 OK" "$gate_said"
done
check "the manual pages are there" inside sh -c 'dpkg -L kakou kakou-console kakou-tools | grep -c "/man[158]/.*\.gz$" | grep -qx 8'

inside sh -c 'mkdir -p /etc/kakou /var/lib/kakou /var/lib/kakou-console; echo "# a site" >/etc/kakou/kakou.conf; echo record >/var/lib/kakou/record; echo KAKOUD_OPTIONS=--debug >/etc/default/kakou; echo "# a page" >/etc/kakou/console.conf; echo found >/var/lib/kakou-console/search.db'
check "with settings the page is started" the_page_may_start
newer kakou
newer kakou-console
check "newer versions install over them" inside sh -c 'dpkg --force-confdef --force-confold -i /tmp/newer-*.deb && dpkg-query -W -f "\${Version}\n" kakou kakou-console | grep -cx 99.0 | grep -qx 2'
check "changed options, site, settings and record stay" inside sh -c 'grep -qx KAKOUD_OPTIONS=--debug /etc/default/kakou && grep -q "a site" /etc/kakou/kakou.conf && grep -q "a page" /etc/kakou/console.conf && grep -qx record /var/lib/kakou/record && grep -qx found /var/lib/kakou-console/search.db'
check "removed and installed again, it has its options" inside sh -c 'apt-get remove -y -qq kakou && dpkg --force-confold -i /tmp/newer-*.deb && grep -qx KAKOUD_OPTIONS=--debug /etc/default/kakou'
check "a purge of the page keeps its settings, says so, and takes what is made of the record" inside sh -c 'apt-get purge -y -qq kakou-console 2>&1 | tee /tmp/said; grep -q "stay in /etc/kakou" /tmp/said && grep -q "a page" /etc/kakou/console.conf && [ ! -e /var/lib/kakou-console ]'
check "a purge keeps site and record, and says so" inside sh -c 'apt-get purge -y -qq kakou 2>&1 | tee /tmp/said; grep -q "record stays in /var/lib/kakou" /tmp/said && grep -qx record /var/lib/kakou/record && grep -q "a site" /etc/kakou/kakou.conf'
check "a purge leaves nothing else" refuse inside sh -c 'ls -d /usr/bin/kakou* /etc/default/kakou /usr/share/kakou/maps /usr/share/kakou/boards /usr/share/kakou/console /etc/systemd/system/*/kakou*.service /usr/lib/kakou/back-off 2>/dev/null | grep -v kakou-yard | grep -v kakou-customs | grep -v kakou-flash'

# The same packages once more, in a machine that runs.
inside sh -c 'rm -rf /etc/kakou /var/lib/kakou /var/lib/kakou-console && apt-get install -y -qq --no-install-recommends /tmp/kakou*_amd64.deb' >"$build/deb-machine.log" 2>&1 || die "the packages do not install again: $(tail -n 3 "$build/deb-machine.log")"
cp "$root"/tmp/newer-*.deb "$root/"
check_machine

for program in kakou/kakoud kakou-console/kakou-console; do
	deb=$(echo "$build"/deb/"${program%/*}"_*_arm64.deb)
	check "the package for the board has ${program#*/} for it" sh -c "dpkg-deb --fsys-tarfile '$deb' | tar -xO './usr/bin/${program#*/}' | head -c 20 | od -An -tx1 -j18 -N2 | grep -q 'b7 00'"
done

say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
