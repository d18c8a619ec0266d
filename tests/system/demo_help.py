# SPDX-License-Identifier: MIT
"""What the tests of kakou-demo share: starting it, reading its records, looking for what stayed."""

import contextlib
import pathlib
import subprocess

from kakou_rig import BUILD, ROOT, wait_until

DEMO = BUILD / "kakou-demo"
SCENARIO = ROOT / "board/sim/demo.scenario"


def run_folder(pid):
    return BUILD.parent / "run" / f"demo-{pid}"


def start(*arguments, **options):
    return subprocess.Popen([DEMO, "--root", ROOT, *map(str, arguments)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def finish(process, within_s):
    """Standard output's lines as (word, {key: value}), standard error, exit status."""
    try:
        out, err = process.communicate(timeout=within_s)
    except subprocess.TimeoutExpired:
        process.terminate()
        out, err = process.communicate(timeout=20)
        raise AssertionError(f"not over within {within_s} s\n{out}\n{err}") from None
    lines = []
    for line in out.splitlines():
        words = line.split()
        head = [word for word in words if "=" not in word]
        lines.append((" ".join(head), dict(word.split("=", 1) for word in words
                                           if "=" in word)))
    return lines, err, process.returncode


def descendants(pid):
    """Living processes below the demonstration, by their parents' numbers."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z":
                    parents[int(entry.name)] = int(fields[1])
    found, known = [], {pid}
    for _ in range(3):
        found += [child for child, parent in parents.items()
                  if parent in known and child not in found]
        known |= set(found)
    return found


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def assert_nothing_stays(pid, children):
    wait_until(lambda: not any(map(is_alive, children)), 5,
               f"all of {children} to be gone")
    left = [path.name for path in run_folder(pid).iterdir() if path.is_socket()]
    assert not left, f"sockets that stayed: {left}"
    assert not pathlib.Path(f"/tmp/kakou-demo-{pid}").is_symlink()


def wait_for_children(process, count=3):
    """The programs of a demonstration that is under way."""
    def all_there():
        assert process.poll() is None, process.communicate()
        names = {}
        for pid in descendants(process.pid):
            with contextlib.suppress(OSError):
                names[pid] = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
        programs = [pid for pid, name in names.items() if name.startswith("kakou")]
        return programs if len(programs) >= count else None

    return wait_until(all_there, 30, "customs, yard and kakoud run", every_s=0.1)
