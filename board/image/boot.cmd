# SPDX-License-Identifier: MIT
#
# U-Boot's script of every board: which slot, and how often still. RAUC reads and writes the same
# variables: BOOT_ORDER, and for each slot how many tries are left before it is passed over. A try is
# counted before the slot is started; who has started well has its tries given back (rauc status mark-good).
test -n "${BOOT_ORDER}" || env set BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || env set BOOT_A_LEFT 3
test -n "${BOOT_B_LEFT}" || env set BOOT_B_LEFT 3

env set kakou_slot
for slot in ${BOOT_ORDER}; do
	if test -z "${kakou_slot}"; then
		if test "${slot}" = "A"; then
			if test 0x${BOOT_A_LEFT} -gt 0; then
				setexpr BOOT_A_LEFT 0x${BOOT_A_LEFT} - 1
				env set kakou_slot A
				env set kakou_part 2
			fi
		elif test "${slot}" = "B"; then
			if test 0x${BOOT_B_LEFT} -gt 0; then
				setexpr BOOT_B_LEFT 0x${BOOT_B_LEFT} - 1
				env set kakou_slot B
				env set kakou_part 3
			fi
		fi
	fi
done

# Every try is used up: power that came and went does that too. A gate that tries again is better than
# one that waits for a technician.
if test -z "${kakou_slot}"; then
	echo "kakou: no tries left in \"${BOOT_ORDER}\": all are given back"
	env set BOOT_ORDER "A B"
	env set BOOT_A_LEFT 3
	env set BOOT_B_LEFT 3
	env save
	reset
fi

# Where the device tree lies is told to U-Boot at each start: it must not come back from the environment.
env set kakou_fdt ${@FDT@}
env set @FDT@
env save
echo "kakou: slot ${kakou_slot} of \"${BOOT_ORDER}\", left A ${BOOT_A_LEFT} B ${BOOT_B_LEFT}"
env set bootargs "root=PARTUUID=4b414b4f-0${kakou_part} rootfstype=squashfs ro rootwait rauc.slot=${kakou_slot} console=@CONSOLE@ panic=10 loglevel=4 systemd.show_status=auto @ARGS@"
if load mmc 0:${kakou_part} ${kernel_addr_r} boot/vmlinuz; then
	if load mmc 0:${kakou_part} ${ramdisk_addr_r} boot/initrd.img; then
		booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${kakou_fdt}
	fi
fi
# Not reached when the slot starts. The next try is counted like any other.
echo "kakou: slot ${kakou_slot} can't be started"
sleep 1
reset
