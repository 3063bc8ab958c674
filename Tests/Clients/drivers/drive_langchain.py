"""langchain-mcp-adapters: a session for each call, with the SDK's OAuth."""
import asyncio

from langchain_mcp_adapters.client import MultiServerMCPClient

from journey import MCP, TOOL, changed, check_answer, check_tools, ok
from sdk import Connection


async def main() -> None:
    connection = Connection("langchain-mcp-adapters")
    client = MultiServerMCPClient({"bridge": {"transport": "streamable_http", "url": MCP, "auth": connection.auth}})
    tools = {tool.name: tool for tool in await client.get_tools()}
    count = check_tools(tools)
    check_answer(await tools[TOOL].ainvoke({}))
    before = connection.access_token
    connection.expire()
    check_answer(await tools[TOOL].ainvoke({}))
    changed(before, connection.access_token)
    ok(count, "refreshed")


asyncio.run(main())
