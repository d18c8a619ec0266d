# SPDX-License-Identifier: MIT
#
# The packages in a machine that runs: systemd itself starts the units, in their sandboxes, of a simulated gate
# beside its yard. Sourced by check-deb.sh, whose root file system has the packages and no site.

yard_socket() { echo "/proc/$machine/root/run/gate/yard.sock"; }
in_machine() {
	nsenter --target "$machine" --mount --pid --ipc --uts --net --cgroup env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

wait_for() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || { echo "in vain: $*"; "$@"; return 1; }
		sleep 0.2
	done
}

start_machine() {
	local children=0
	unshare --mount tests/deb/boot "$root" </dev/null >"$build/deb-boot.log" 2>&1 &
	booted=$!
	for _ in $(seq 50); do
		read -r children <"/proc/$booted/task/$booted/children" || true
		[ "$(cat "/proc/${children%% *}/comm" 2>/dev/null)" != systemd ] || break
		sleep 0.2
	done
	machine=${children%% *}
}

is_running_well() {
	wait_for 60 in_machine systemctl is-system-running || { in_machine systemctl --failed --no-legend; return 1; }
}

# unshare(1) keeps SIGTERM away while it waits for its child, which ends with it.
end_machine() {
	kill -KILL "$booted"
	wait "$booted" 2>/dev/null || true
}

# The simulated site, with its state and keys where a board has them.
lay_site() {
	in_machine sh -ec '
		/usr/lib/kakou/make-certs.sh /tmp/certs >/dev/null
		mkdir -p /etc/kakou
		install -m 644 /tmp/certs/ca.pem /tmp/certs/gate.pem /etc/kakou/
		install -m 400 -o kakou /tmp/certs/gate.key /etc/kakou/
		install -m 644 /tmp/certs/console.pem /etc/kakou/
		install -m 400 -o kakou-console /tmp/certs/console.key /etc/kakou/
		sed "s,@RUN@/state,/var/lib/kakou,; s,@RUN@/kakoud.sock,/run/kakou/kakoud.sock,; s,@RUN@/certs,/etc/kakou,
			s,@NET@,127.99.7,; s,@RUN@,/run/gate,; s,@MAPS@,/usr/share/kakou/maps," \
			/usr/share/kakou/sim/site.conf >/etc/kakou/kakou.conf
		printf "listen_host = \"127.99.7.1\"\ncert_file = \"/etc/kakou/console.pem\"\n" >/etc/kakou/console.conf
		printf "key_file = \"/etc/kakou/console.key\"\n" >>/etc/kakou/console.conf
		systemd-run --quiet --unit=yard --uid=kakou --property=RuntimeDirectory=gate \
			kakou-yard --site /etc/kakou/kakou.conf --scenario /usr/share/kakou/sim/demo.scenario \
			--control /run/gate/yard.sock --gpio /run/gate/gpio.sock --log /run/gate/yard.log
		until [ -S /run/gate/gpio.sock ]; do systemctl is-active --quiet yard; sleep 0.1; done'
}

main_pid() { in_machine systemctl show --property=MainPID --value "$1"; }
restarts() { in_machine systemctl show --property=NRestarts --value "$1"; }
is_up() { # UNIT
	[ "$(in_machine systemctl is-active "$1")" = active ]
}

# kakoud says that it is ready when its control thread runs and the record is open.
kakoud_answers() { in_machine kakou status; }

has_rights() { # UNIT USER CAPABILITIES
	local pid
	pid=$(main_pid "$1")
	in_machine sh -ec 'echo "$(stat -c %U /proc/$1) $(sed -n "s/^CapEff:\t//p" /proc/$1/status)"' - "$pid" |
		tee /dev/stderr | grep -qx "$2 $3"
}

# Memory is locked as far as the machine around this one allows: a root without CAP_SYS_RESOURCE, and a low
# limit, can't give kakoud what its unit asks for.
is_real_time_and_filtered() {
	in_machine kakou status --json >"$root/tmp/status.json"
	/usr/bin/python3 - "$root/tmp/status.json" <<-'END'
		import json, re, resource, sys
		control = json.load(open(sys.argv[1]))["control"]
		wanted = {"is_realtime": True, "is_filtered": True}
		rights = int(re.search(r"^CapEff:\s*(\w+)", open("/proc/self/status").read(), re.M).group(1), 16)
		if rights >> 24 & 1 or resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY:
		    wanted["memory_is_locked"] = True
		found = {name: control[name] for name in wanted}
		sys.exit(found != wanted and f"got {found}, expected {wanted}")
	END
}

page_answers() {
	in_machine sh -ec 'printf "GET /healthz HTTP/1.1\r\nHost: console.sim.invalid:8443\r\nConnection: close\r\n\r\n" |
		timeout 10 openssl s_client -quiet -connect 127.99.7.1:8443 -CAfile /tmp/certs/ca.pem 2>/dev/null |
		head -n 1 | grep -q "200 OK"'
}

# Each start that came close to the one before waits longer; none is the last.
comes_back_after_kills() { # UNIT
	local before
	before=$(restarts "$1")
	for _ in 1 2 3; do
		in_machine systemctl kill --signal=KILL "$1"
		sleep 1
		wait_for 30 is_up "$1"
	done
	[ "$(restarts "$1")" -eq $((before + 3)) ]
}

comes_back_after_a_hang() {
	local before
	before=$(restarts kakoud)
	in_machine systemctl kill --kill-whom=main --signal=STOP kakoud
	has_restarted() { [ "$(restarts kakoud)" -gt "$before" ] && is_up kakoud; }
	wait_for 60 has_restarted
	wait_for 20 kakoud_answers
}

# A hand on a line of the yard, which stands for a key switch.
touch_line() { # LINE true|false
	/usr/bin/python3 - "$(yard_socket)" "$1" "$2" <<-'END'
		import json, socket, sys
		line = socket.socket(socket.AF_UNIX)
		line.connect(sys.argv[1])
		params = {"lane": "in1", "line": sys.argv[2], "on": sys.argv[3] == "true"}
		line.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "touch", "params": params}).encode() + b"\n")
		said = json.loads(line.makefile().readline())
		sys.exit(said.get("error") and f"the yard says {said}")
	END
}

an_unfinished_restore_is_taken_back() {
	in_machine sh -ec '
		mkdir /etc/kakou/replaced-T
		mv /etc/kakou/gate.pem /etc/kakou/replaced-T/
		printf "stamp T\nstate /var/lib/kakou\nhad /etc/kakou/gate.pem\n" >/etc/kakou/restore-begun
		systemctl restart kakou-factory-reset
		[ -s /etc/kakou/gate.pem ] && [ ! -e /etc/kakou/restore-begun ] && [ ! -e /etc/kakou/replaced-T ]'
}

the_key_makes_it_blank() {
	in_machine sh -ec '
		systemctl stop kakoud
		sed -i "s,^KAKOU_FACTORY_RESET=.*,KAKOU_FACTORY_RESET=\"--gpio yard:/run/gate/gpio.sock --line in1.approach --hold 3\"," /etc/default/kakou'
	touch_line approach true
	in_machine systemctl restart kakou-factory-reset >&2 &
	sleep 5
	touch_line approach false
	wait $! || return 1
	in_machine sh -ec '
		for gone in /etc/kakou/gate.key /etc/kakou/kakou.conf /etc/kakou/console.key /var/lib/kakou/people; do
			[ ! -e $gone ] || { echo "$gone is still there"; exit 1; }
		done
		[ -s /var/lib/kakou/journal.db ] && [ -s /var/lib/kakou/notes ]'
}

upgrade_goes_on() {
	local before
	before=$(main_pid kakoud)
	in_machine sh -ec 'dpkg --force-confold -i /newer-*.deb' >/dev/null
	wait_for 20 kakoud_answers
	is_up kakou-console && [ "$(main_pid kakoud)" != "$before" ]
	in_machine kakou log verify
}

no_program_is_left() {
	in_machine sh -ec '! grep -l "^kakou" /proc/[0-9]*/comm | grep -v "^/proc/$(systemctl show -P MainPID yard)/"' && in_machine sh -ec '! systemctl list-units --all --plain --no-legend "kakou*" | grep -v "not-found"'
}

check_machine() {
	start_machine
	check "a machine with the packages starts, and nothing of it fails" is_running_well
	check "without a site kakoud is not started, and that is no failure" in_machine sh -c '[ "$(systemctl is-active kakoud)" = inactive ] && [ -z "$(systemctl --failed --no-legend)" ]'
	check "a simulated site is laid, and its yard runs" lay_site
	check "kakoud starts in its sandbox and says that it is ready" in_machine systemctl start kakoud
	check "kakoud answers on its control socket" wait_for 20 kakoud_answers
	check "kakoud is in real time, its memory locked, its system calls filtered" wait_for 20 is_real_time_and_filtered
	check "kakoud runs as kakou with CAP_SYS_NICE and nothing else" has_rights kakoud kakou 0000000000800000
	check "the page starts in its sandbox" in_machine systemctl start kakou-console
	check "the page answers over HTTPS" wait_for 20 page_answers
	check "the page runs as kakou-console without a capability" has_rights kakou-console kakou-console 0000000000000000
	check "kakoud comes back after each of three kills" comes_back_after_kills kakoud
	check "the page comes back after each of three kills" comes_back_after_kills kakou-console
	check "a kakoud that hangs is ended by the service manager's watchdog and comes back" comes_back_after_a_hang
	check "an upgrade goes on with both, and the record is whole" upgrade_goes_on
	check "a restore that was begun is taken back at the start of the board" an_unfinished_restore_is_taken_back
	check "the reset key, held and let go, makes the board blank in the unit's sandbox; the record stays" the_key_makes_it_blank
	check "a purge ends what runs and leaves no unit" in_machine sh -c 'apt-get purge -y -qq kakou kakou-console kakou-tools && [ -s /var/lib/kakou/journal.db ]'
	check "after it none of its programs runs" no_program_is_left
	end_machine
}
