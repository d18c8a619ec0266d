# SPDX-License-Identifier: MIT
"""axe-core, which looks for what keeps people with a screen reader, a keyboard or weak eyes from a
page. It comes from npm, once, at the version below and with its hash checked, into build/cache."""

import base64
import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import pytest

from kakou_rig import ROOT

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
CACHE = ROOT / os.environ.get("BUILD", "build") / "cache" / f"axe-core-{VERSION}.js"
FETCH_S = 60


def _fetch():
    """The package as npm hands it out; a skip that says why where there is none."""
    if not shutil.which("npm"):
        pytest.skip("npm is missing: axe-core can't be fetched, so nobody looked whether the page can "
                    "be used by everybody (Debian's package npm, or one that brings nodejs)")
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(["npm", "pack", f"axe-core@{VERSION}", "--silent"], cwd=folder,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=FETCH_S, check=False)
            why = done.stderr.strip()[-300:] if done.returncode else ""
        except subprocess.TimeoutExpired:
            why = f"no answer within {FETCH_S} s"
        if why:
            pytest.skip(f"npm pack axe-core@{VERSION} failed, so nobody looked whether the page can be "
                        f"used by everybody: {why}")
        return (pathlib.Path(folder) / f"axe-core-{VERSION}.tgz").read_bytes()


def axe_source():
    """The text of axe.min.js."""
    if not CACHE.exists():
        package = _fetch()
        assert base64.b64encode(hashlib.sha512(package).digest()).decode() == SHA512, \
            f"axe-core-{VERSION}.tgz is not the one that was looked at"
        with tarfile.open(fileobj=io.BytesIO(package)) as archive:
            text = archive.extractfile("package/axe.min.js").read()
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        new = CACHE.with_suffix(f".{os.getpid()}")
        new.write_bytes(text)
        new.replace(CACHE)
    return CACHE.read_text("utf-8")


LOOK = """
const done = arguments[0];
axe.run(document, {resultTypes: ['violations']}).then(
  (found) => done(found.violations.map((one) =>
    [one.impact, one.id, one.nodes.slice(0, 3).map((node) => node.target.join(' '))])),
  (error) => done([['critical', String(error), []]]));
"""


def findings(page, source):
    """What axe calls serious or critical in what the page shows now."""
    if not page.driver.execute_script("return Boolean(window.axe)"):
        page.driver.execute_script(source)
    return [one for one in page.driver.execute_async_script(LOOK)
            if one[0] in ("serious", "critical")]
