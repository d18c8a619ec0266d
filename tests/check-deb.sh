#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs, upgrades and purges the packages of tools/build-deb in a chroot of the Debian they are for,
# which is made once and kept below the build folder. Needs root and mmdebstrap. Safe to repeat.
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
passed=0
failed=0

say() { echo "check-deb: $*"; }
die() { say "$*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || die "not root: a chroot can't be made; run it as root"
	SUITE=$suite tools/build-deb amd64 arm64
	exec unshare --mount --pid --fork --kill-child --propagation private -- "$0" --inside
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

# The same package with a version above every other.
newer() { # DEB
	local folder=$root/tmp/newer
	rm -rf "$folder"
	dpkg-deb -R "$1" "$folder"
	sed -i 's/^Version: .*/Version: 99.0/' "$folder/DEBIAN/control"
	echo '# something else' >>"$folder/etc/default/kakou"
	(cd "$folder" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z |
		xargs -0 md5sum >DEBIAN/md5sums)
	dpkg-deb --root-owner-group -b "$folder" "$root/tmp/newer.deb" >&2
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

# The simulated site beside its yard, kakoud as its own user: what a technician tries first.
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
		kill $daemon
		wait $daemon
		$as_kakou kakou log verify $run/state'
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

check "both packages install" inside sh -c 'apt-get install -y -qq --no-install-recommends /tmp/kakou_*.deb /tmp/kakou-tools_*.deb'
check "there is a user kakou without a shell" inside sh -c 'getent passwd kakou | grep -q ":/var/lib/kakou:.*nologin$"'
check "the unit is enabled" inside systemctl is-enabled kakoud.service
check "the unit is sound" inside systemd-analyze verify kakoud.service
check "the sandbox of kakoud: exposure at most 2.5" exposure_is_at_most kakoud.service 25
check "udev's rules are sound" inside udevadm verify /usr/lib/udev/rules.d/60-kakou.rules
check "kakoud refuses a site that is not there, by name" inside sh -c '! kakoud --check 2>/tmp/said && grep -q /etc/kakou/kakou.conf /tmp/said'
check "a gate beside its yard starts, answers, ends, and its record verifies" a_gate_of_the_packages
check "the manual pages are there" inside sh -c 'dpkg -L kakou kakou-tools | grep -c "/man[158]/.*\.gz$" | grep -qx 5'

inside sh -c 'mkdir -p /etc/kakou /var/lib/kakou; echo "# a site" >/etc/kakou/kakou.conf; echo record >/var/lib/kakou/record; echo KAKOUD_OPTIONS=--debug >/etc/default/kakou'
newer "$build"/deb/kakou_*_amd64.deb
check "a newer version installs over it" inside sh -c 'dpkg --force-confdef --force-confold -i /tmp/newer.deb && dpkg-query -W -f "\${Version}" kakou | grep -qx 99.0'
check "changed options, site and record stay" inside sh -c 'grep -qx KAKOUD_OPTIONS=--debug /etc/default/kakou && grep -q "a site" /etc/kakou/kakou.conf && grep -qx record /var/lib/kakou/record'
check "removed and installed again, it has its options" inside sh -c 'apt-get remove -y -qq kakou && dpkg --force-confold -i /tmp/newer.deb && grep -qx KAKOUD_OPTIONS=--debug /etc/default/kakou'
check "a purge keeps site and record, and says so" inside sh -c 'apt-get purge -y -qq kakou 2>&1 | tee /tmp/said; grep -q "record stays in /var/lib/kakou" /tmp/said && grep -qx record /var/lib/kakou/record && grep -q "a site" /etc/kakou/kakou.conf'
check "a purge leaves nothing else" refuse inside sh -c 'ls -d /usr/bin/kakou* /etc/default/kakou /usr/share/kakou/maps /etc/systemd/system/*/kakoud.service /usr/lib/kakou/back-off 2>/dev/null | grep -v kakou-yard | grep -v kakou-customs'
for deb in "$build"/deb/kakou_*_arm64.deb; do
	check "the package for the board has programs for it" sh -c "dpkg-deb --fsys-tarfile '$deb' | tar -xO ./usr/bin/kakoud | head -c 20 | od -An -tx1 -j18 -N2 | grep -q 'b7 00'"
done

say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
