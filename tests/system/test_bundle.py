# SPDX-License-Identifier: MIT
"""Updates as files: what tools/build-bundle makes, and what a board would refuse of it."""

import json
import os
import subprocess

import pytest

from kakou_rig import ROOT

VERSION = "0.1.0~git20260102150405.abc1234"


def run(*command, env=None):
    done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


class Bench:
    """A root file system as small as it gets, and keys."""

    def __init__(self, folder):
        self.folder, self.certs = folder, folder / "certs"
        run("tools/certs/make-update-certs.sh", self.certs)
        self.image = self.make_image("qemu-virt", VERSION)

    def make_image(self, board, version):
        root = self.folder / f"{board}-{version}"
        place = root / "usr/lib/kakou"
        place.mkdir(parents=True)
        (place / "image").write_text(f"NAME=Kakou\nBOARD={board}\nVERSION={version}\n")
        (root / "payload").write_bytes(os.urandom(65536))
        image = root.with_suffix(".squashfs")
        status, said = run("mksquashfs", root, image, "-quiet", "-no-progress")
        assert status == 0, said
        return image

    def build(self, board, image=None, by="signer", name="out"):
        """Signs with `by`; exit status, what was said, the file."""
        out = self.folder / f"{name}.raucb"
        status, said = run("tools/build-bundle", board, image or self.image, env={
            "OUT": str(out), "KAKOU_UPDATE_CA": str(self.certs / "ca.pem"),
            "KAKOU_UPDATE_CERT": str(self.certs / f"{by}.pem"),
            "KAKOU_UPDATE_KEY": str(self.certs / f"{by}.key")})
        return status, said, out

    def look(self, bundle, ca="ca"):
        """What RAUC says of it by the rules of the board."""
        text = (ROOT / "board/image/rauc/system.conf").read_text("utf-8")
        text = text.replace("@BOARD@", "qemu-virt").replace(
            "/etc/rauc/keyring.pem", str(self.certs / f"{ca}.pem"))
        conf = self.folder / "system.conf"
        conf.write_text(text)
        done = subprocess.run(["rauc", "--conf", conf, "info", "--output-format=json", bundle],
                              capture_output=True, text=True, timeout=60, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.fixture(name="bench", scope="module")
def make_bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("bundle"))


def test_a_bundle_is_named_and_versioned_by_the_image_in_it_and_made_anew_each_time(bench):
    for _ in range(2):
        status, said, out = bench.build("qemu-virt")
        assert status == 0 and f"{VERSION} for qemu-virt" in said, said
        info = bench.look(out)
        assert (info["compatible"], info["version"]) == ("qemu-virt", VERSION)


def test_an_image_of_another_board_or_without_a_version_makes_no_bundle(bench):
    status, said, out = bench.build("cm4", name="other")
    assert status == 1 and 'is for "qemu-virt", expected "cm4"' in said and not out.exists()
    status, said, _ = bench.build("qemu-virt", bench.make_image("qemu-virt", "new"), name="new")
    assert status == 1 and 'has the version "new"' in said
    status, said, _ = bench.build("qemu-virt", bench.folder / "none", name="none")
    assert status == 1 and "none" in said and "can't be read" in said


def test_who_may_not_sign_makes_no_bundle(bench):
    """Another authority, and a certificate of the right one that is for TLS."""
    for who in ("rogue", "tls"):
        status, said, out = bench.build("qemu-virt", by=who, name=who)
        assert status == 1 and not out.exists(), who
        assert "RAUC does not make it" in said


def test_a_board_refuses_another_authority_s_bundle_and_a_changed_one(bench):
    _, _, out = bench.build("qemu-virt", name="good")
    assert "signature verification failed" in bench.look(out, ca="rogue-ca")
    whole = out.read_bytes()
    changed = bench.folder / "changed.raucb"
    # The signature and the manifest in it lie at the end; verity looks after the rest, where it is
    # installed.
    at = whole.rindex(VERSION.encode())
    changed.write_bytes(whole[:at] + b"9" + whole[at + 1:])
    assert "signature verification failed" in bench.look(changed)
    changed.write_bytes(whole[:-100])
    assert not isinstance(bench.look(changed), dict)
