# SPDX-License-Identifier: MIT
"""The checks of the build refuse what they are there to refuse."""

import subprocess

import pytest

from kakou_rig import ROOT

GOOD = {
    "hal/clock.h": "#include <stdint.h>\n",
    "hal/linux/tls.c": '#include "hal/clock.h"\n#include <mbedtls/ssl.h>\n',
    "drivers/ident/plate.c": '#include "hal/clock.h"\n',
    "firmware/lane/rules.c": '#include "drivers/ident/plate.h"\n#include "hal/clock.h"\n',
    "drivers/ident/plate.h": "#include <stdbool.h>\n",
    "tools/yard/main.c": '#include "firmware/lane/rules.h"\n#include <jansson.h>\n',
    "firmware/lane/rules.h": "#include <stddef.h>\n",
}


def plant(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* SPDX-License-Identifier: MIT */\n{text}", "utf-8")


def check(name, folder):
    done = subprocess.run([ROOT / f"tests/check-{name}.sh", folder], capture_output=True,
                          text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_layers_that_point_down_are_accepted(tmp_path):
    plant(tmp_path, GOOD)
    assert check("layers", tmp_path) == (0, "layers: 10 includes point the right way\n")


@pytest.mark.parametrize("name, line, complaint", [
    ("hal/up.c", '#include "drivers/ident/plate.h"', 'hal/ includes "drivers/ident/plate.h"'),
    ("drivers/ident/up.c", '#include "firmware/lane/rules.h"', "drivers/ includes"),
    ("firmware/lane/up.c", '#include "tools/yard/yard.h"', "firmware/ includes"),
    ("tools/yard/up.c", '#include "tests/unit/rig.h"', "tools/ includes"),
    ("firmware/lane/vendor.c", "#include <sqlite3.h>", "<sqlite3.h> is not for this file"),
    ("firmware/lane/vendor.c", "#  include <jansson.h>", "<jansson.h> is not for this file"),
    ("drivers/bus/vendor.c", "#include <mbedtls/ssl.h>", "is not for this file"),
    ("drivers/bus/vendor.c", "#include <curl/curl.h>", "nor in the table"),
    ("drivers/bus/local.c", '#include "bus.h"', "expected one of: hal drivers"),
    ("drivers/bus/local.c", '#include "../map/map.h"', "is a relative path"),
    ("drivers/bus/gone.c", '#include "hal/gone.h"', "does not exist"),
    ("drivers/bus/side.c", '#include "hal/fake/clock.h"', "one side of the hal"),
    ("drivers/bus/macro.c", "#include HEADER", "neither"),
    ("board/sim/code.c", "#include <stdio.h>", "board/ is data only"),
])
def test_a_planted_include_is_refused(tmp_path, name, line, complaint):
    plant(tmp_path, {**GOOD, "hal/fake/clock.h": "#include <stdint.h>\n", name: line + "\n"})
    status, output = check("layers", tmp_path)
    assert status == 1
    assert f"{name}" in output and complaint in output


def test_an_empty_tree_is_not_a_passed_layer_check(tmp_path):
    (tmp_path / "hal").mkdir()
    assert check("layers", tmp_path)[0] == 1


@pytest.mark.parametrize("text, complaint", [
    ("\tstrcpy(a, b);\n", "safer twin"),
    ("/* TO" "DO: later */\n", "unfinished work"),
    ('const char *p = "/ho' 'me/ann/kakou";\n', "one person's machine"),
    ("int a; \n", "white space"),
])
def test_a_planted_word_is_refused(tmp_path, text, complaint):
    plant(tmp_path, {"hal/a.c": text})
    status, output = check("words", tmp_path)
    assert status == 1 and complaint in output and "hal/a.c" in output


def test_a_source_without_its_licence_is_refused(tmp_path):
    plant(tmp_path, GOOD)
    assert check("words", tmp_path)[0] == 0
    (tmp_path / "hal/a.c").write_text("int a;\n", "utf-8")
    status, output = check("words", tmp_path)
    assert status == 1 and "hal/a.c" in output and "SPDX" in output
