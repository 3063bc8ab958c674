"""What lies on the disk: nothing that a thief of the files could read, and nothing that others on the machine may open."""
import base64
import contextlib
import sqlite3
from pathlib import Path

import pytest

from support import traces
from support.client import Client
from support.processes import Bridge, until


def test_the_search_finds_what_it_looks_for(tmp_path):
    secret = "vtwn_0123456789abcdefghij"
    file = tmp_path / "file"
    for shift in range(3):
        around = b"z" * shift + secret.encode() + b"after"
        for written in (around, around[::-1], around.hex().encode(), base64.b64encode(around), base64.urlsafe_b64encode(around)):
            file.write_bytes(b"before" + written)
            assert traces.found({"token": secret}, [tmp_path]), written
    file.write_bytes(b"nothing of interest" * 100)
    assert not traces.found({"token": secret}, [tmp_path])


@pytest.fixture
def used_bridge(fresh_bridge, sandbox):
    """A bridge that says all it can in its log, and every secret that passed through it."""
    bridge = fresh_bridge(log_level="debug")
    client = Client(bridge.url)
    code = client.connect(sandbox.full)
    client.call("get-my-info")
    first = client.tokens
    client.keep(client.renew(client.refresh_token))
    client.call("list-my-vals")
    client.tools(credential={"X-Val-Town-Token": sandbox.tokens["other_account"]})
    consent = client.open_consent()
    consent.decide("approve", "vtwn_nobody_has_this_token")
    consent.decide("check", sandbox.tokens["read_only"])
    secrets = {
        "pasted token": sandbox.full, "header token": sandbox.tokens["other_account"], "checked token": sandbox.tokens["read_only"],
        "wrong token": "vtwn_nobody_has_this_token", "code": code, "PKCE verifier": client.verifier,
        "first refresh token": first["refresh_token"], "second refresh token": client.refresh_token,
        "first access token": first["access_token"], "second access token": client.access_token,
        "signature of an access token": client.access_token.split(".")[2],
    }
    return bridge, secrets


def test_no_secret_can_be_read_in_database_wal_or_log(used_bridge):
    bridge, secrets = used_bridge
    places = [bridge.state, bridge.log]
    assert bridge.database in traces.files(*places) and bridge.log.stat().st_size > 0
    assert traces.found(secrets, places) == [], "while it runs"
    bridge.stop()
    assert traces.found(secrets, places) == [], "after it stopped"


def test_the_process_shows_no_secret_and_leaves_no_core_dump(used_bridge):
    bridge, secrets = used_bridge
    process = Path("/proc") / str(bridge.process.pid)
    assert bridge.process.poll() is None
    shown = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    key = (bridge.state / "master.key").read_text().strip()
    assert [name for name, secret in (secrets | {"master key": key}).items() if secret.encode() in shown] == []
    [limit] = [line for line in (process / "limits").read_text().splitlines() if line.startswith("Max core file size")]
    assert limit.split()[4:6] == ["0", "0"], "soft and hard: nobody raises it again"


def test_a_row_that_somebody_changed_is_not_used_and_audited(fresh_bridge, sandbox):
    bridge = fresh_bridge()
    client = Client(bridge.url)
    client.connect(sandbox.full, scope="read")
    bridge.stop()
    with contextlib.closing(sqlite3.connect(bridge.database)) as database, database:
        database.execute("UPDATE grants SET granted = granted || ' vals:delete'")
    bridge.start()
    assert client.post_mcp("tools/list").status_code == 503
    refused = client.renew(client.refresh_token)
    assert refused.status_code == 503 and refused.json()["error"] == "server_error"
    until(lambda: bridge.audited("tampered") == 2, "both are in the audit log")


def test_a_master_key_that_others_can_read_refuses_the_start(fresh_bridge):
    bridge = fresh_bridge()
    bridge.stop()
    before = bridge.database.read_bytes()
    key = bridge.state / "master.key"
    for mode in (0o644, 0o640, 0o604):
        key.chmod(mode)
        with pytest.raises(AssertionError, match="is open to other users"):
            bridge.start()
    key.chmod(0o600)
    kept = key.rename(bridge.state / "elsewhere.key")
    key.symlink_to(kept)
    with pytest.raises(AssertionError, match="Links are not followed"):
        bridge.start()
    assert bridge.database.read_bytes() == before


def test_the_state_belongs_to_its_owner_alone(used_bridge):
    bridge, _ = used_bridge
    assert bridge.state.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in traces.files(bridge.state) if file.stat().st_mode & 0o077} == set()


def test_what_was_revoked_is_erased(bridge, sandbox):
    client = Client(bridge.url)
    before = bridge.stored()["entries"]
    client.connect(sandbox.full)
    assert bridge.stored()["entries"] == before + 1
    assert client.revoke().status_code == 200
    until(lambda: bridge.stored()["entries"] == before, "the credential is gone with its last connection")


def test_a_second_server_on_the_same_state_refuses_to_start(bridge, tmp_path):
    second = Bridge(tmp_path, "http://127.0.0.1:9")
    second.environment["DRAWBRIDGE_STATE"] = str(bridge.state)
    with pytest.raises(AssertionError, match="exited with [1-9]"):
        second.start()
