"""The official MCP SDK as a client, with Chromium as the browser that it opens."""
from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from support.browser import Loopback


class Memory(TokenStorage):
    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Connection:
    """One SDK client. `opened` are the addresses that it sent the person to."""

    def __init__(self, mcp: str, loopback: Loopback, visit: Callable[[str], Awaitable[None]]) -> None:
        self.mcp, self.loopback, self.visit = mcp, loopback, visit
        self.memory, self.opened = Memory(), []
        self.callback: dict[str, str] = {}
        metadata = OAuthClientMetadata(client_name="The official SDK", redirect_uris=[loopback.uri], token_endpoint_auth_method="none")
        self.auth = OAuthClientProvider(mcp, metadata, self.memory, self._redirected, self._called_back)

    async def _redirected(self, url: str) -> None:
        self.opened.append(url)
        await self.visit(url)

    async def _called_back(self) -> AuthorizationCodeResult:
        self.callback = await self.loopback.query()
        return AuthorizationCodeResult(code=self.callback["code"], state=self.callback.get("state"), iss=self.callback.get("iss"))

    def expire(self) -> None:
        """Makes the SDK believe that its access token has run out."""
        self.auth.context.token_expiry_time = 1.0

    @contextlib.asynccontextmanager
    async def client(self, mode: str) -> AsyncIterator[Client]:
        async with (
            httpx2.AsyncClient(auth=self.auth, timeout=30, trust_env=False) as http,
            Client(streamable_http_client(self.mcp, http_client=http), mode=mode, cache=None) as client,
        ):
            yield client
