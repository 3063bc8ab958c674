"""chuk-mcp-client-oauth (what mcp-cli logs in with): finds its own way to the tokens, refreshes expired ones, and revokes at its logout."""
import asyncio
from pathlib import Path

from chuk_mcp_client_oauth import OAuthHandler, TokenManager, TokenStoreBackend
from chuk_mcp_client_oauth.mcp_oauth import MCPOAuthClient

from journey import MCP, TOOL, changed, check_answer, check_tools, free_port, json_rpc, ok, result

NAME = "bridge"


async def main() -> None:
    store = TokenManager(token_dir=Path.home() / "tokens", backend=TokenStoreBackend.ENCRYPTED_FILE, password="of no account")
    handler = OAuthHandler(store)

    async def call(method: str, params: dict | None = None) -> dict:
        answer = await handler.authenticated_request(NAME, MCP, MCP, method="POST", retry_on_401=False, **json_rpc(method, params))
        return result(answer.status_code, answer.headers["content-type"], answer.text)

    # the handler would do these steps itself, but always with port 8080
    client = MCPOAuthClient(MCP, f"http://localhost:{free_port()}/callback")
    tokens = await client.authorize()
    store.save_tokens(NAME, tokens)
    store.save_client_registration(NAME, client._client_registration)
    count = check_tools(tool["name"] for tool in (await call("tools/list"))["tools"])
    check_answer(await call("tools/call", {"name": TOOL, "arguments": {}}))

    expired = tokens.model_copy(update={"issued_at": 1.0})
    handler.clear_tokens(NAME)
    store.save_tokens(NAME, expired)
    check_answer(await call("tools/call", {"name": TOOL, "arguments": {}}))
    changed(tokens.access_token, store.load_tokens(NAME).access_token)
    await handler.logout(NAME, MCP)
    ok(count, "refreshed", "revoked")


asyncio.run(main())
