"""fastmcp with nothing but `auth="oauth"`: it opens the browser and listens for the callback itself."""
import asyncio

from fastmcp import Client

from journey import MCP, TOOL, changed, check_answer, check_tools, ok


async def main() -> None:
    client = Client(MCP, auth="oauth")
    async with client:
        count = check_tools(tool.name for tool in await client.list_tools())
        check_answer(await client.call_tool(TOOL, {}))
        oauth = client.transport.auth.context
        before = oauth.current_tokens.access_token
        oauth.token_expiry_time = 1.0
        check_answer(await client.call_tool(TOOL, {}))
        changed(before, oauth.current_tokens.access_token)
    ok(count, "refreshed")


asyncio.run(main())
