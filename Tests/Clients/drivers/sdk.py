"""The OAuth provider of the `mcp` SDK, of whichever version the environment has."""
from __future__ import annotations

import webbrowser

from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from journey import MCP, Loopback

try:
    from mcp.client.auth import AuthorizationCodeResult
except ImportError:  # 1.x takes a pair
    AuthorizationCodeResult = None


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
    """One SDK client's OAuth: `auth` is for httpx."""

    def __init__(self, name: str) -> None:
        self.loopback, self.memory = Loopback(), Memory()
        # the method of authentication is left out, as the SDK does by itself
        metadata = OAuthClientMetadata(client_name=name, redirect_uris=[self.loopback.uri])
        self.auth = OAuthClientProvider(MCP, metadata, self.memory, self._redirected, self._called_back)

    async def _redirected(self, url: str) -> None:
        webbrowser.open(url)

    async def _called_back(self) -> object:
        query = await self.loopback.query()
        if AuthorizationCodeResult is None:
            return query["code"], query.get("state")
        return AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))

    @property
    def access_token(self) -> str:
        return self.memory.tokens.access_token

    def expire(self) -> None:
        """Makes the SDK believe that its access token has run out: it goes by a clock of its own."""
        self.auth.context.token_expiry_time = 1.0
