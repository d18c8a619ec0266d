# SPDX-License-Identifier: MIT
"""kakou support: one file for who helps from afar, and no secret in it."""

import json
import subprocess
import tarfile

from kakou_rig import BUILD

# What must not be found, in the places where such things lie or end up.
TOKEN_PIN = "73190264"
SERIAL_LOGIN = "y.j9T.whoever-sits-at-the-serial-line"
CUSTOMS_PASSWORD = "platform pass: 9y"
SITE_EDITS = [
    ('name = "sim-gate"\n', 'name = "sim-gate"\n# password = "noted-by-hand"\n'),
    ('area_id = "3301500001"',
     'area_id = "3301500001"\n\tuser_id = "gate1"\n\tpassword_file = "@RUN@/customs.password"'),
]


def support(gate, *words):
    out = gate.run / "support.tar.gz"
    done = subprocess.run(
        [BUILD / "kakou", "--socket", gate.socket_path("kakoud"), "support", "--config", gate.site,
         "--output", out, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(out) as archive:
        names = {m.name.partition("/")[2]: m for m in archive.getmembers() if m.isfile()}
        return done, {name: archive.extractfile(m).read().decode() for name, m in names.items()}


def plant(gate):
    """Secrets of each kind; returns the texts that may not be found."""
    password = gate.write("customs.password", CUSTOMS_PASSWORD + "\n")
    password.chmod(0o600)
    for old, new in SITE_EDITS:
        gate.edit_site(old, new)
    gate.write("serial-login", SERIAL_LOGIN + "\n").chmod(0o600)
    gate.write("console.conf", f"# the console's: {SERIAL_LOGIN}\n# pin-value=" + TOKEN_PIN + "\n"
               'listen_host = "127.0.0.1"\n# key: ' + key_lines(gate)[1] + "\n")
    return [TOKEN_PIN, SERIAL_LOGIN, CUSTOMS_PASSWORD, "noted-by-hand", *key_lines(gate)]


def key_lines(gate):
    return [line for line in (gate.certs / "gate.key").read_text().splitlines()
            if not line.startswith("-----")]


def test_a_bundle_has_what_a_helper_needs_and_none_of_the_secrets(new_gate):
    gate = new_gate()
    secrets = plant(gate)
    gate.start("kakoud")
    gate.log_in()
    # A name that carries a secret comes into the record: a login refused for it.
    try:
        gate.rpc("kakoud", "login", {"name": secrets[4][:32], "password": "x" * 9,
                                     "screen": "test"})
    except Exception as refused:  # noqa: BLE001
        assert "login" in str(refused)
    record_key = (gate.run / "state/record.key").read_text().splitlines()
    people = (gate.run / "state/people").read_text().splitlines()[1:]
    secrets += [line for line in record_key if not line.startswith("-----")]
    secrets += [line.rpartition(":")[2] for line in people]
    assert len(people) == 2 and all(s.startswith("$") for s in secrets[-2:])
    done, files = support(gate)
    assert (gate.run / "support.tar.gz").stat().st_mode & 0o777 == 0o600
    for secret in secrets:
        found = [name for name, text in files.items() if secret in text]
        assert not found, f"{secret[:4]}… is in {found}"
    assert "[struck out]" in files["site.conf"] and "user_id = \"gate1\"" in files["site.conf"]
    assert json.loads(files["status.json"])["site"] == "sim-gate"
    kinds = [json.loads(line)["bytes"]["kind"] for line in files["events.jsonl"].splitlines()]
    assert kinds[:1] == ["signing_key"] or "started" in kinds[:3]
    assert "people_changed" in kinds and "login_refused" in kinds
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    for part in ("versions.txt", "lanes.json", "devices.json", "link.json", "disks.txt"):
        assert files[part], part
    assert "kakou " in files["versions.txt"]
    assert "files" in done.stdout


def test_a_bundle_is_made_without_kakoud_and_says_what_it_lacks(new_gate):
    gate = new_gate()
    gate.site.write_text(gate.site.read_text() + "nonsense = 1\n")
    done, files = support(gate, "--events", "10")
    assert "nonsense" in done.stderr and "nonsense" in files["site.conf"]
    missing = {m["file"]: m["why"] for m in json.loads(files["manifest.json"])["missing"]}
    assert missing["status.json"] == "kakoud does not answer"
    assert "console.conf" in files
    again = subprocess.run(
        [BUILD / "kakou", "support", "--config", gate.site, "--output",
         gate.run / "support.tar.gz"], capture_output=True, text=True)
    assert again.returncode == 1 and "exists, expected a new name" in again.stderr


def test_a_hot_board_with_worn_flash_alarms_and_status_says_so(new_gate):
    gate = new_gate()
    sysfs = gate.run / "sys"
    for path, text in (("class/thermal/thermal_zone0/temp", "86000"),
                       ("block/mmcblk0/device/life_time", "0x0a 0x01"),
                       ("block/mmcblk0/device/pre_eol_info", "0x01")):
        (sysfs / path).parent.mkdir(parents=True, exist_ok=True)
        (sysfs / path).write_text(text + "\n")
    gate.start("kakoud", env={"KAKOU_SYSFS": str(sysfs)})
    alarms = gate.wait_event("alarm", count=2)
    assert {a["data"]["code"] for a in alarms} == {"machine_flash", "machine_heat"}
    assert {a["data"].get("temperature_mc") for a in alarms} == {None, 86000}
    health = gate.rpc("kakoud", "status")["machine"]["health"]
    assert health["temperature_mc"] == 86000 and health["flash_used_percent"] == 100
    said = subprocess.run([BUILD / "kakou", "--socket", gate.socket_path("kakoud"), "status"],
                          capture_output=True, text=True, timeout=20).stdout
    assert "health   flash up to 100 % used; 86 °C" in said, said
