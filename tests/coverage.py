#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Which branches of the safety code its unit tests take: all, or it fails.

    tests/coverage.py BUILD/cov TEST...        (make coverage builds and calls it)

Runs the tests in a build with gcc --coverage and reads gcov's counts of the files below. A
branch is an arm of a condition, of `&&`, `||` and `?:`, or of a switch. Not counted are the
untaken sides of assertions, which a test can't take without ending; they are listed.

The last line is `N of N branches, N assertions excluded`; the exit status is 0 only when
every branch of every file was taken.
"""

import glob
import json
import os
import re
import subprocess
import sys

# What must be covered whole: no I/O, and what moves steel or decides about it.
FILES = ["firmware/lane/interlock*.c", "firmware/lane/wiring.c", "firmware/lane/lane_rules.c",
         "firmware/lane/lane_guards.c", "firmware/lane/lane_turn.c"]


def sources():
    return sorted(path for pattern in FILES for path in glob.glob(pattern))


def assertion_lines(path):
    """Numbers of the lines of assert() statements, to their semicolons."""
    lines, inside = set(), False
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        inside = inside or re.match(r"\s*assert\(", line)
        if inside:
            lines.add(number)
            inside = not line.rstrip().endswith(";")
    return lines


def count(build, path):
    """[(line, index, count)] of all branches of one source file."""
    notes = os.path.join(build, path[:-2] + ".gcda")
    if not os.path.exists(notes):
        return None
    said = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", notes],
                          stdout=subprocess.PIPE, check=True).stdout
    for file in json.loads(said)["files"]:
        if file["file"] == path:
            return [(line["line_number"], index, branch["count"])
                    for line in file["lines"] for index, branch in enumerate(line["branches"])]
    return []


def run_tests(build, tests):
    for data in glob.glob(os.path.join(build, "**/*.gcda"), recursive=True):
        os.unlink(data)
    for test in tests:
        done = subprocess.run([test], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
        if done.returncode:
            sys.exit(f"{test} fails:\n{done.stdout.decode('utf-8', 'replace')}")


def main(build, tests):
    run_tests(build, tests)
    total = taken = excluded = 0
    missed = []
    for path in sources():
        branches = count(build, path)
        if branches is None:
            missed.append(f"{path}: no test links it")
            continue
        asserts = assertion_lines(path)
        text = open(path, encoding="utf-8").read().splitlines()
        counted = [b for b in branches if b[0] not in asserts]
        hit = sum(1 for b in counted if b[2])
        total, taken = total + len(counted), taken + hit
        print(f"  {hit:4} of {len(counted):4} branches  {path}")
        for number in sorted({b[0] for b in branches if b[0] in asserts}):
            excluded += 1
            print(f"       assertion excluded    {path}:{number}: {text[number - 1].strip()}")
        missed += [f"{path}:{line}: branch {index} is never taken: {text[line - 1].strip()}"
                   for line, index, times in counted if not times]
    for line in missed:
        print(line)
    print(f"{taken} of {total} branches, {excluded} assertions excluded")
    return 1 if missed or not total else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main(sys.argv[1], sys.argv[2:]))
