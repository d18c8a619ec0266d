#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Builds everything and runs the unit and contract tests with the compiler and the libraries of
# Debian 13 (libgpiod 2.x, mbedtls 3.6, libmodbus 3.1.11), in a chroot that is made once and kept
# below the build folder. Needs root, mmdebstrap and the Debian mirror. Safe to repeat.
#
#   tests/check-trixie.sh [MAKE-TARGET...]      default: all unit contract
#   MIRROR=http://… (default deb.debian.org)
set -euo pipefail
cd "$(dirname "$0")/.."

build=${BUILD:-build}
mirror=${MIRROR:-http://deb.debian.org/debian}
root=$build/trixie
limit_s=1200

say() { echo "check-trixie: $*"; }
die() { say "$*" >&2; exit 1; }

# All mounts are made in a private namespace: they end with this script, whatever becomes of it,
# and no later `rm -rf build` can reach through them.
if [ "${1:-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || die "not root: a chroot can't be made; run it as root"
	command -v mmdebstrap >/dev/null || die "mmdebstrap is missing; apt-get install mmdebstrap"
	exec unshare --mount --propagation private -- "$0" --inside "$@"
fi
shift
[ $# -gt 0 ] || set -- all unit contract

make_root() {
	say "making $root from $mirror (once; 1 to 3 minutes)"
	rm -rf "$root.new"
	mkdir -p "$build"
	mmdebstrap --quiet --variant=minbase --mode=root \
		--include=make,gcc,libc6-dev,libcmocka-dev,openssl,python3 \
		trixie "$root.new" "$mirror" || die "mmdebstrap failed"
	rm -rf "$root"
	mv "$root.new" "$root"
}

# The sources as they are, the objects of the last time beside them.
copy_sources() {
	mkdir -p "$root/src"
	find "$root/src" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
	tar -c --exclude=./build --exclude="./${build#./}" --exclude=./.git \
		--exclude=__pycache__ . | tar -x -C "$root/src" --no-same-owner
}

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 chroot "$root" "$@"; }

[ -x "$root/usr/bin/mkdir" ] || make_root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"

copy_sources
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
inside sh -c 'cd /src && tools/install-deps run' >&2
# Without it the tests of keys in a token would be skipped.
inside sh -c 'command -v softhsm2-util || apt-get install -qqy --no-install-recommends softhsm2' >&2
say "$(. "$root/etc/os-release" && echo "$PRETTY_NAME")," \
	"$(inside gcc --version | head -1)," \
	"libgpiod $(inside pkg-config --modversion libgpiod)," \
	"mbedtls $(inside dpkg-query -W -f '${Version}' libmbedtls-dev)"
# One after the other: two targets at a time would build the same files at the same time.
for target; do
	say "make $target (gcc)"
	timeout --kill-after=10 "$limit_s" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		chroot "$root" make -C /src --no-print-directory -j2 VARIANT=gcc \
		PYTHON=/usr/bin/python3 "$target"
done
say "done"
