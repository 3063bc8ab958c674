"""Authlib, an OAuth client that knows nothing of MCP: discovery and registration are its caller's."""
import asyncio
import webbrowser

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client

from journey import BRIDGE, MCP, TOOL, Loopback, changed, check_answer, check_tools, fetch, json_rpc, ok, result


def discover() -> tuple[str, dict]:
    """The resource, and the metadata of its authorization server."""
    refused = httpx.post(MCP, **json_rpc("tools/list"))
    assert refused.status_code == 401, refused.status_code
    resource = fetch(refused.headers["www-authenticate"].split('resource_metadata="')[1].split('"')[0])
    issuer = resource["authorization_servers"][0]
    metadata = fetch(issuer + "/.well-known/oauth-authorization-server")
    assert metadata["issuer"] == issuer == BRIDGE, metadata["issuer"]
    return resource["resource"], metadata


async def main() -> None:
    loopback, verifier = Loopback(), generate_token(64)
    resource, metadata = discover()
    registered = fetch(metadata["registration_endpoint"], {
        "client_name": "Authlib", "redirect_uris": [loopback.uri], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]})
    async with AsyncOAuth2Client(registered["client_id"], token_endpoint_auth_method="none", redirect_uri=loopback.uri, scope="read write",
                                 code_challenge_method="S256", token_endpoint=metadata["token_endpoint"]) as client:

        async def call(method: str, params: dict | None = None) -> dict:
            answer = await client.post(MCP, **json_rpc(method, params))
            return result(answer.status_code, answer.headers["content-type"], answer.text)

        url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, resource=resource)
        webbrowser.open(url)
        query = await loopback.query()
        assert query["state"] == state
        first = await client.fetch_token(grant_type="authorization_code", code=query["code"], code_verifier=verifier, resource=resource)
        count = check_tools(tool["name"] for tool in (await call("tools/list"))["tools"])
        check_answer(await call("tools/call", {"name": TOOL, "arguments": {}}))

        client.token["expires_at"] = 1  # the next request refreshes by itself
        check_answer(await call("tools/call", {"name": TOOL, "arguments": {}}))
        changed(first["access_token"], client.token["access_token"])
        revoked = await client.revoke_token(metadata["revocation_endpoint"], token=client.token["refresh_token"],
                                            token_type_hint="refresh_token")
        assert revoked.status_code == 200, revoked.text
        cut_off = await client.post(MCP, **json_rpc("tools/list"))
        assert cut_off.status_code == 401, cut_off.status_code
    ok(count, "refreshed", "revoked")


asyncio.run(main())
