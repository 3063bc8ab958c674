"""The door for clients that send the API token in a header: used for that request only, and never kept."""
import httpx2
import pytest
from mcp import Client as SDK
from mcp.client.streamable_http import streamable_http_client

from support.client import Client, said

DOORS = ["/mcp", "/legacy/mcp"]


def header(token: str) -> dict[str, str]:
    return {"X-Val-Town-Token": token}


@pytest.mark.parametrize("modern", [True, False], ids=["modern", "legacy era"])
@pytest.mark.parametrize("door", DOORS)
def test_tools_are_listed_and_called_and_nothing_is_stored(door, modern, client, bridge, sandbox):
    mark, stored = sandbox.mark(), bridge.stored()
    how = {"credential": header(sandbox.full), "path": door, "modern": modern}
    assert "get-my-info" in client.tools(**how)
    assert sandbox.username in said(client.call("get-my-info", **how))
    assert bridge.stored() == stored
    requests = sandbox.requests(mark)
    assert {r["credential"] for r in requests} == {"known:full"}
    assert "x-val-town-token" not in {name.lower() for r in requests for name in r["headers"]}


@pytest.mark.anyio
async def test_the_official_sdk_never_meets_a_challenge(bridge, sandbox):
    async with (
        httpx2.AsyncClient(headers=header(sandbox.full), trust_env=False) as http,
        SDK(streamable_http_client(bridge.mcp, http_client=http), cache=None) as client,
    ):
        answer = await client.call_tool("get-my-info", {})
        assert not answer.is_error


@pytest.mark.parametrize("door", DOORS)
def test_a_bad_token_gets_a_reason_and_no_invitation_to_oauth(door, client):
    answer = client.post_mcp("tools/list", header("vtwn_nobody_has_this_token"), path=door)
    assert answer.status_code == 401
    assert "resource_metadata" not in answer.headers.get("www-authenticate", "")
    assert answer.json()["error_description"]


def test_the_legacy_door_without_a_token_names_no_metadata(client):
    answer = client.post_mcp("tools/list", {}, path="/legacy/mcp")
    assert answer.status_code == 401 and "resource_metadata" not in answer.headers.get("www-authenticate", "")


def test_two_credentials_at_once_are_refused(client, sandbox):
    client.connect(sandbox.full)
    both = {"Authorization": f"Bearer {client.access_token}"} | header(sandbox.full)
    assert client.post_mcp("tools/list", both).status_code == 400


def test_our_own_tokens_are_never_tried_as_api_tokens(client, sandbox):
    client.connect(sandbox.full)
    mark = sandbox.mark()
    for token in (client.access_token, client.refresh_token, "dbc_" + "x" * 43):
        assert client.post_mcp("tools/list", header(token)).status_code == 401
    assert sandbox.mark() == mark


def test_the_door_can_be_closed(fresh_bridge, sandbox):
    bridge = fresh_bridge(legacy="off")
    client = Client(bridge.url)
    assert client.post_mcp("tools/list", header(sandbox.full)).status_code == 401
    assert client.post_mcp("tools/list", header(sandbox.full), path="/legacy/mcp").status_code == 404
