#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How long an import of N orders takes, how long the registry answers nobody, and what it costs.

    tests/system/registry_load.py [N]
"""

import sys
import threading
import time

from kakou_rig import Gate
from registry_help import order, write_lines


def ask_until(gate, done, gaps):
    with gate.connect("kakoud", timeout_s=60) as connection:
        while not done.is_set():
            begun = time.monotonic()
            connection.call("tares.list", {"limit": 1})
            gaps.append(time.monotonic() - begun)
            time.sleep(0.01)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    with Gate() as gate:
        gate.start("kakoud")
        before_kb = gate.kakoud.memory_kb()
        path = write_lines(gate.run / "orders", [order(n) for n in range(1, count + 1)])
        done, gaps = threading.Event(), []
        asker = threading.Thread(target=ask_until, args=(gate, done, gaps))
        asker.start()
        begun = time.monotonic()
        result = gate.kakou_raw("orders", "import", path, "--reason", "load",
                                timeout_s=600)
        spent = time.monotonic() - begun
        done.set()
        asker.join()
        print(result.stdout + result.stderr, end="")
        print(f"seconds {spent:.1f}  longest_silence_s {max(gaps):.2f}  "
              f"rss_anon_kb {before_kb} -> {gate.kakoud.memory_kb()}  "
              f"late_scans {gate.rpc('kakoud', 'status')['control']['late_scans']}")


if __name__ == "__main__":
    main()
