"""What the operator sees and stops with `drawbridge clients` and `drawbridge grants`, while the bridge is stopped."""
from __future__ import annotations

import json
import subprocess

import pytest

from support.client import Client, said
from support.processes import EXECUTABLE, ROOT, Bridge


def command(bridge: Bridge, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([EXECUTABLE, *arguments], cwd=ROOT, env=bridge.environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30)


def listed(bridge: Bridge, *arguments: str) -> dict:
    done = command(bridge, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def connected(fresh_bridge, sandbox) -> tuple[Bridge, Client]:
    bridge = fresh_bridge()
    client = Client(bridge.url, name="Somebody's client")
    client.connect(sandbox.full)
    return bridge, client


def test_a_blocked_client_is_kept_out_until_it_is_unblocked(connected, sandbox):
    bridge, client = connected
    bridge.stop()
    [item] = listed(bridge, "clients", "list")["clients"]
    assert item["client_id"] == client.client_id and item["client_name"] == client.name
    assert item["state"] == "active" and item["connections"] == 1
    assert listed(bridge, "clients", "block", item["handle"])["state"] == "blocked"
    assert command(bridge, "clients", "block", item["handle"]).returncode == 0

    bridge.start()
    assert client.post_mcp("tools/list").status_code == 401
    assert client.renew(client.refresh_token).json()["error"] == "unauthorized_client"
    page = client.http.get(client.authorization_url(), headers={"Accept": "text/html"})
    assert page.status_code == 400 and "blocked" in page.text and "location" not in page.headers
    bridge.stop()
    assert listed(bridge, "clients", "unblock", item["handle"])["state"] == "active"
    bridge.start()
    assert sandbox.username in said(client.call("get-my-info"))
    client.keep(client.renew(client.refresh_token))


def test_a_client_that_nobody_has_approved_can_be_blocked_by_its_id(connected, sandbox):
    bridge, client = connected
    stranger = Client(bridge.url, name="Stranger")
    stranger.discover()
    stranger.register()
    bridge.stop()
    assert listed(bridge, "clients", "show", stranger.client_id)["state"] == "none"
    assert listed(bridge, "clients", "block", stranger.client_id)["state"] == "blocked"
    assert command(bridge, "clients", "block", stranger.client_id + "x").returncode == 1
    bridge.start()
    assert stranger.http.get(stranger.authorization_url()).status_code == 400
    assert sandbox.username in said(client.call("get-my-info"))


def test_a_grant_that_the_operator_revokes_is_gone(connected):
    bridge, client = connected
    bridge.stop()
    [grant] = listed(bridge, "grants", "list")["grants"]
    assert grant["state"] == "active" and grant["client_name"] == client.name
    assert listed(bridge, "grants", "show", grant["grant_id"])["grant_id"] == grant["grant_id"]
    assert listed(bridge, "grants", "revoke", grant["grant_id"][:10])["revoked"] == [grant["grant_id"]]
    assert listed(bridge, "grants", "list")["grants"] == []
    assert bridge.stored()["entries"] == 0
    bridge.start()
    assert client.post_mcp("tools/list").status_code == 401
    assert client.renew(client.refresh_token).json()["error"] == "invalid_grant"


def test_a_running_bridge_is_not_reached_around(connected, sandbox):
    bridge, client = connected
    done = command(bridge, "clients", "list")
    assert done.returncode == 1 and "must be stopped" in done.stderr
    assert sandbox.username in said(client.call("get-my-info"))


def test_without_a_database_there_is_nothing_to_tell_and_nothing_is_made(connected, tmp_path):
    bridge, _ = connected
    done = command(bridge, "grants", "list", "--state", str(tmp_path / "elsewhere"))
    assert done.returncode == 1 and "no database" in done.stderr
    assert not (tmp_path / "elsewhere").exists()
