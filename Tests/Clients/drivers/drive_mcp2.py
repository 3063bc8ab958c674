"""The official SDK 2.x in both eras, with one consent for the two."""
import asyncio

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from journey import MCP, TOOL, changed, check_answer, check_tools, ok
from sdk import Connection


async def visit(connection: Connection, mode: str) -> tuple[str, str]:
    async with (
        httpx2.AsyncClient(auth=connection.auth, timeout=30) as http,
        Client(streamable_http_client(MCP, http_client=http), mode=mode, cache=None) as client,
    ):
        count = check_tools(tool.name for tool in (await client.list_tools()).tools)
        check_answer(await client.call_tool(TOOL, {}))
        before = connection.access_token
        connection.expire()
        check_answer(await client.call_tool(TOOL, {}))
        changed(before, connection.access_token)
        return client.protocol_version, count


async def main() -> None:
    connection = Connection("The official SDK 2.x")
    modern, count = await visit(connection, "auto")
    legacy, same = await visit(connection, "legacy")
    assert modern > legacy and count == same, (modern, count, legacy, same)
    ok(f"{modern} and {legacy}", count, "refreshed")


asyncio.run(main())
