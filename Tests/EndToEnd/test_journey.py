"""The whole way with the official SDK, while a person fills in the consent page in a real browser."""
import pytest

from support import browser, sdk
from support.client import Client, refused_with, said

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_the_official_sdk_connects_works_refreshes_and_is_cut_off(mode, version, bridge, sandbox):
    mark = sandbox.mark()
    async with browser.Loopback() as loopback, browser.person() as person:
        connection = sdk.Connection(bridge.mcp, loopback, lambda url: person.approve(url, sandbox.full))
        async with connection.client(mode) as client:
            assert client.protocol_version == version
            assert connection.callback["iss"] == bridge.url
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert {"get-my-info", "list-my-vals", "create-val"} <= tools

            mine = await client.call_tool("get-my-info", {})
            assert not mine.is_error and sandbox.username in str(mine.structured_content) + str(mine.content)

            before = connection.memory.tokens
            connection.expire()
            await client.list_tools()
            after = connection.memory.tokens
            assert after.access_token != before.access_token and after.refresh_token != before.refresh_token
            assert len(connection.opened) == 1, "the person was asked only once"

        cut_off(bridge, connection)
        assert not person.complaints() and not person.elsewhere(bridge.url, loopback.origin)
    only_the_stored_token_reached_the_api(sandbox.requests(mark), after.access_token)


def cut_off(bridge, connection: sdk.Connection) -> None:
    """Revokes as the SDK's client, and finds every door closed afterwards."""
    plain = Client(bridge.url)
    plain.discover()
    plain.client_id = connection.memory.client.client_id
    plain.tokens = connection.memory.tokens.model_dump()
    assert said(plain.call("get-my-info"))
    assert plain.revoke().status_code == 200
    assert plain.post_mcp("tools/list").status_code == 401
    assert refused_with(plain.renew(plain.refresh_token), "invalid_grant")


def only_the_stored_token_reached_the_api(requests: list[dict], access_token: str) -> None:
    assert requests
    assert {r["credential"] for r in requests} == {"known:full"}
    headers = {name.lower() for r in requests for name in r["headers"]}
    assert not headers & {"cookie", "x-val-town-token", "x-forwarded-for", "forwarded", "mcp-session-id", "mcp-protocol-version", "origin"}
    assert access_token not in str(requests)


async def test_a_person_who_refuses_sends_the_client_an_access_denied(bridge, sandbox):
    mark, stored = sandbox.mark(), bridge.stored()
    async with browser.Loopback() as loopback, browser.person(scripts=False) as person:
        client = Client(bridge.url, redirect=loopback.uri)
        client.discover()
        client.register()
        await person.page.goto(client.authorization_url())
        await person.decide("deny")
        callback = await loopback.query()
    assert callback["error"] == "access_denied" and callback["state"] == client.state and callback["iss"] == bridge.url
    assert "code" not in callback
    assert sandbox.mark() == mark, "a refusal asks the API nothing"
    assert bridge.stored() == stored
