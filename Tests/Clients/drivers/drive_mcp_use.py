"""mcp-use. It refreshes only when its caller says so, and sends no `resource` to the token endpoint."""
import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

os.environ["MCP_USE_ANONYMIZED_TELEMETRY"] = "false"  # read on import

from mcp_use import MCPClient, MCPSession  # noqa: E402

from journey import MCP, TOOL, changed, check_answer, check_tools, free_port, ok  # noqa: E402


@contextlib.asynccontextmanager
async def session() -> AsyncIterator[MCPSession]:
    client = MCPClient({"mcpServers": {"bridge": {"url": MCP, "auth": {"callback_port": free_port()}}}})
    try:
        yield await client.create_session("bridge")
    finally:
        await client.close_all_sessions()


async def main() -> None:
    async with session() as first:
        count = check_tools(tool.name for tool in await first.list_tools())
        check_answer(await first.call_tool(TOOL, {}))
        oauth = first.connector._oauth
        before = await oauth.token_storage.load_tokens(MCP)
        refreshed = await oauth.refresh_token()
        assert refreshed, "no refresh"
        changed(before.access_token, refreshed.token.get_secret_value())
    async with session() as second:  # an open session keeps its token; the next one takes the refreshed one from the disk
        check_answer(await second.call_tool(TOOL, {}))
    ok(count, "refreshed")


asyncio.run(main())
