"""What the drivers share. Only the standard library: each runs in the environment of its client."""
from __future__ import annotations

import asyncio
import http.server
import json
import os
import queue
import socket
import threading
import urllib.request
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

BRIDGE = os.environ["BRIDGE"]
MCP = BRIDGE + "/mcp"
TOOL = "get-my-info"
ACCOUNT = os.environ["ACCOUNT"]
"""Whose API token is pasted: the tool's answer names it."""
CONSENT_SECONDS = 60.0


def check_tools(names: Iterable[str]) -> str:
    """Gives how many there are."""
    tools = set(names)
    assert {TOOL, "list-my-vals", "create-val"} <= tools, sorted(tools)
    return f"{len(tools)} tools"


def check_answer(answer: object) -> None:
    assert ACCOUNT in str(answer), f"the tool's answer does not name the account: {str(answer)[:300]}"


def changed(before: str, after: str) -> None:
    assert before and after and before != after, "the access token is the same after the refresh"


def ok(*facts: str) -> None:
    """The driver's verdict; run.py looks for this line."""
    print("OK", ", ".join(facts), flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url: str, document: dict | None = None) -> dict:
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", "Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def json_rpc(method: str, params: dict | None = None) -> dict:
    """The request of a client that has no MCP, only OAuth: arguments for an httpx client's `post`."""
    return {"json": {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}},
            "headers": {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}}


def result(status: int, content_type: str, text: str) -> dict:
    """Whether it came as JSON or as an event stream."""
    assert status == 200, f"{status}: {text[:300]}"
    if content_type.startswith("text/event-stream"):
        text = next(line[5:] for line in text.splitlines() if line.startswith("data:") and '"id"' in line)
    message = json.loads(text)
    assert "error" not in message, message
    return message["result"]


class Loopback:
    """The redirect target of clients that leave it to their caller."""

    def __init__(self) -> None:
        self._queries: queue.Queue[dict[str, str]] = queue.Queue()
        queries = self._queries

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                target = urlsplit(self.path)
                if target.path == "/callback":
                    queries.put(dict(parse_qsl(target.query, keep_blank_values=True)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{server.server_address[1]}/callback"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    async def query(self) -> dict[str, str]:
        query = await asyncio.to_thread(self._queries.get, True, CONSENT_SECONDS)
        assert "code" in query and query.get("iss") == BRIDGE, sorted(query)
        return query
