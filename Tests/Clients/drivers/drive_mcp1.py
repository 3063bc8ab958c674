"""The official SDK, the last 1.x."""
import asyncio

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from journey import MCP, TOOL, changed, check_answer, check_tools, ok
from sdk import Connection


async def main() -> None:
    connection = Connection("The official SDK 1.x")
    async with streamablehttp_client(MCP, auth=connection.auth) as (read, write, _), ClientSession(read, write) as session:
        hello = await session.initialize()
        count = check_tools(tool.name for tool in (await session.list_tools()).tools)
        check_answer(await session.call_tool(TOOL, {}))
        before = connection.access_token
        connection.expire()
        check_answer(await session.call_tool(TOOL, {}))
        changed(before, connection.access_token)
    ok(hello.protocolVersion, count, "refreshed")


asyncio.run(main())
