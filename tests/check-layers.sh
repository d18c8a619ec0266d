#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Proves from the #include lines that dependencies point one way: firmware -> drivers -> hal,
# that tools/ and tests/ look in and nothing looks at them, that board/ is data, and that each
# vendor header is included by the few files whose job it is.
#
#   tests/check-layers.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# vendor header (prefix)    files that may include it
vendors='
modbus.h                    hal/linux/modbus_port.c
gpiod.h                     hal/linux/gpio_chip_v[12].c
sqlite3.h                   firmware/record/store_inside.h firmware/registry/base_inside.h firmware/console/search_inside.h
mbedtls/                    hal/linux/tls*.[ch] hal/linux/digest.c hal/linux/sign.c hal/linux/certificate*.[ch] hal/linux/seal.c
psa/                        hal/linux/tls*.[ch]
p11-kit/                    hal/linux/token_inside.h tests/fault/stuck_token.c
confuse.h                   hal/conf_parse.c
expat.h                     drivers/customs/xml.c tools/flash/bmap.c hal/expat_line.h
iconv.h                     drivers/customs/encoding.c
jansson.h                   firmware/rpc/rpc_internal.h firmware/record/canonical.c firmware/record/verify_inside.h firmware/record/tally.c
jansson.h                   firmware/registry/registry_json.h firmware/kakou/cli.h tools/*.[ch]
jansson.h                   firmware/delivery/fate.h firmware/kakoud/recall.c
jansson.h                   firmware/console/json.h
microhttpd.h                firmware/console/web_inside.h
seccomp.h                   firmware/control/filter.c
zlib.h                      firmware/console/assets.c
crypt.h                     firmware/people/password.c
jpeglib.h                   tools/yard/canvas.c
'

# What the C library and the kernel offer; any other <header> has to be in the table above.
system='^((assert|ctype|errno|fcntl|float|getopt|inttypes|limits|locale|math|netdb|poll|pthread|pty'
system+='|pwd|grp|sched|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib'
system+='|stdnoreturn|string|strings|syslog|termios|threads|time|unistd|utime|wchar|dirent|dlfcn'
system+='|fnmatch|ftw|glob|ifaddrs|langinfo|libgen|malloc|execinfo|semaphore|spawn|sysexits|uchar'
system+='|wctype)\.h|(sys|linux|arpa|net|netinet|asm)/[a-z0-9_]+\.h)$'

folders=()
for folder in hal drivers firmware tools tests board; do
	[ ! -d "$folder" ] || folders+=("$folder")
done

bad=0
complain() { # FILE:LINE message...
	echo "$*"
	bad=1
}

may_include_vendor() { # FILE HEADER; 0 yes, 1 not this file, 2 header unknown
	local prefix patterns pattern known=2
	while read -r prefix patterns; do
		case "$prefix" in
		'') continue ;;
		*/) [[ "$2" == "$prefix"* ]] || continue ;;
		*) [[ "$2" == "$prefix" ]] || continue ;;
		esac
		known=1
		set -f
		for pattern in $patterns; do
			# shellcheck disable=SC2053 # a pattern on purpose
			if [[ "$1" == $pattern ]]; then
				set +f
				return 0
			fi
		done
		set +f
	done <<<"$vendors"
	return $known
}

check_vendor() { # WHERE FILE HEADER
	local status=0
	[[ "$2" != tests/* ]] || return 0
	may_include_vendor "$2" "$3" || status=$?
	case $status in
	1) complain "$1: <$3> is not for this file; expected only in the files its row allows" ;;
	2) complain "$1: <$3> is neither a system header nor in the table of vendor headers" ;;
	esac
}

check_own() { # WHERE FILE HEADER
	local layer=${2%%/*} target=${3%%/*} allowed
	case "$3" in
	../* | */../* | ./*)
		complain "$1: \"$3\" is a relative path; expected a path from the root"
		return ;;
	esac
	case "$layer" in
	hal) allowed="hal" ;;
	drivers) allowed="hal drivers" ;;
	firmware) allowed="hal drivers firmware" ;;
	tools) allowed="hal drivers firmware tools" ;;
	tests) allowed="hal drivers firmware tools tests" ;;
	*) allowed="" ;;
	esac
	if [[ " $allowed " != *" $target "* ]]; then
		complain "$1: $layer/ includes \"$3\"; expected one of: ${allowed:-nothing}"
	elif [[ ! -f "$3" ]]; then
		complain "$1: \"$3\" does not exist; expected a path from the root"
	fi
	# A side of the hal is chosen by the linker; only that side itself and tests name it.
	case "$3" in
	hal/linux/* | hal/fake/*)
		[[ "$2" == "${3%/*}"/* || "$layer" == tests ]] ||
			complain "$1: \"$3\" belongs to one side of the hal; expected hal/*.h" ;;
	esac
}

count=0
while IFS=: read -r file line text; do
	count=$((count + 1))
	where=$file:$line
	if [[ "$text" =~ \<([^\>]+)\> ]]; then
		header=${BASH_REMATCH[1]}
		[[ "$header" =~ $system ]] ||
			check_vendor "$where" "$file" "$header"
	elif [[ "$text" =~ \"([^\"]+)\" ]]; then
		check_own "$where" "$file" "${BASH_REMATCH[1]}"
	else
		complain "$where: an #include that is neither <...> nor \"...\""
	fi
done < <(grep -rHnE '^[[:space:]]*#[[:space:]]*include' --include='*.[ch]' "${folders[@]}" || true)

while IFS= read -r file; do
	complain "$file: board/ is data only"
done < <(find board -name '*.[ch]' 2>/dev/null || true)

[ "$count" -gt 0 ] || complain "no #include found below $(pwd): nothing was checked"
[ "$bad" -eq 0 ] || exit 1
echo "layers: $count includes point the right way"
