"""An MCP client without a library: OAuth 2.1 with PKCE, and JSON-RPC in both eras, over plain HTTP."""
from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

from support.page import Page

MODERN, LEGACY = "2026-07-28", "2025-11-25"


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def query_of(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs), f"a repeated parameter in {url}"
    return dict(pairs)


def wire(**options) -> httpx.Client:
    return httpx.Client(timeout=20, trust_env=False, follow_redirects=False, **options)


@dataclass
class Consent:
    """One authorization request, from the page to the answer. `person` is the browser: it keeps the cookies."""

    person: httpx.Client
    url: str
    page: Page
    callback: dict[str, str] | None = None
    status: int = 200

    def decide(self, decision: str, token: str | None = None, scopes: list[str] | None = None) -> Page:
        """Answers the form that is open; afterwards `page` is what came, and `callback` what the client would get."""
        target = urljoin(self.url, self.page.form.action)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(target))
        answer = self.person.post(
            target, content=urlencode(self.page.form.answer(decision, token, scopes)).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Sec-Fetch-Site": "same-origin"})
        assert answer.status_code < 500, f"{answer.status_code}: {answer.text[:300]}"
        assert "location" not in answer.headers, "a redirect after the POST: browsers block it, and a 307 would post the token on"
        self.status, self.page = answer.status_code, Page(answer.text)
        self.callback = query_of(self.page.refresh) if self.page.refresh else None
        return self.page


@dataclass
class Client:
    """One registered client. Every method is one step, and nothing but its fields goes from one to the next."""

    base: str
    name: str = "End to end"
    redirect: str = "http://127.0.0.1:43210/callback"  # nobody listens there: the page that sends the browser on is read, not followed
    http: httpx.Client = field(default_factory=wire)
    metadata: dict = field(default_factory=dict)
    resource: str = ""
    client_id: str = ""
    verifier: str = ""
    state: str = ""
    tokens: dict = field(default_factory=dict)

    # Discovery and registration

    def discover(self) -> None:
        """From nothing but the address of the MCP endpoint, as MCP says."""
        refused = self.post_mcp("tools/list", {})
        assert refused.status_code == 401
        challenge = refused.headers["www-authenticate"]
        assert challenge.startswith("Bearer ") and "error=" not in challenge, challenge
        address = challenge.split('resource_metadata="')[1].split('"')[0]
        resource = self.http.get(address).json()
        self.resource = resource["resource"]
        issuer = resource["authorization_servers"][0]
        self.metadata = self.http.get(issuer + "/.well-known/oauth-authorization-server").json()
        assert self.metadata["issuer"] == issuer
        assert self.metadata["code_challenge_methods_supported"] == ["S256"]

    def register(self) -> None:
        answer = self.http.post(self.metadata["registration_endpoint"], json={
            "client_name": self.name, "redirect_uris": [self.redirect], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]})
        assert answer.status_code == 201, answer.text
        self.client_id = answer.json()["client_id"]

    # Authorization

    def authorization_url(self, scope: str | None = None) -> str:
        self.verifier, self.state = base64url(secrets.token_bytes(32)), secrets.token_urlsafe(16)
        query = {"response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect, "state": self.state,
                 "code_challenge": base64url(hashlib.sha256(self.verifier.encode()).digest()), "code_challenge_method": "S256",
                 "resource": self.resource} | ({"scope": scope} if scope else {})
        return self.metadata["authorization_endpoint"] + "?" + urlencode(query)

    def open_consent(self, scope: str | None = None, person: httpx.Client | None = None) -> Consent:
        person, url = person or wire(headers={"Accept": "text/html"}), self.authorization_url(scope)
        answer = person.get(url)
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:300]}"
        return Consent(person, url, Page(answer.text))

    def code(self, callback: dict[str, str] | None) -> str:
        """The code, after the checks that a client must make."""
        assert callback, "the page did not send the browser on"
        assert callback["state"] == self.state and callback["iss"] == self.metadata["issuer"], callback
        return callback["code"]

    # Tokens

    def post_token(self, **fields: str) -> httpx.Response:
        return self.http.post(self.metadata["token_endpoint"], data={"client_id": self.client_id, **fields})

    def exchange(self, code: str) -> httpx.Response:
        return self.post_token(grant_type="authorization_code", code=code, code_verifier=self.verifier, redirect_uri=self.redirect,
                               resource=self.resource)

    def renew(self, token: str) -> httpx.Response:
        return self.post_token(grant_type="refresh_token", refresh_token=token, resource=self.resource)

    def keep(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        self.tokens = answer.json()

    def revoke(self) -> httpx.Response:
        return self.http.post(self.metadata["revocation_endpoint"], data={"client_id": self.client_id, "token": self.refresh_token})

    @property
    def access_token(self) -> str:
        return self.tokens["access_token"]

    @property
    def refresh_token(self) -> str:
        return self.tokens["refresh_token"]

    def connect(self, api_token: str, scope: str | None = None) -> str:
        """The whole way in one go; gives the code that was used."""
        self.discover()
        self.register()
        consent = self.open_consent(scope)
        consent.decide("approve", api_token)
        code = self.code(consent.callback)
        self.keep(self.exchange(code))
        return code

    # MCP

    def post_mcp(self, method: str, credential: dict[str, str] | None = None, *, params: dict | None = None, modern: bool = True,
                 path: str = "/mcp") -> httpx.Response:
        params = dict(params or {})
        headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN if modern else LEGACY}
        if modern:
            params["_meta"] = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {},
                               "io.modelcontextprotocol/clientInfo": {"name": self.name, "version": "1"}}
            headers["Mcp-Method"] = method
            if "name" in params:
                headers["Mcp-Name"] = params["name"]
        if credential is None:
            credential = {"Authorization": f"Bearer {self.access_token}"}
        return self.http.post(self.base + path, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
                              headers=headers | credential)

    def tools(self, **how) -> list[str]:
        return [tool["name"] for tool in result(self.post_mcp("tools/list", **how))["tools"]]

    def call(self, tool: str, arguments: dict | None = None, **how) -> dict:
        return result(self.post_mcp("tools/call", params={"name": tool, "arguments": arguments or {}}, **how))


def result(answer: httpx.Response) -> dict:
    """The result of a JSON-RPC answer, whether it came as JSON or as an event stream."""
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:300]}"
    if "text/event-stream" in answer.headers["content-type"]:
        messages = [json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data:") and line[5:].strip()]
    else:
        messages = [answer.json()]
    message = next(m for m in messages if m.get("id") == 1)
    assert "error" not in message, message
    return message["result"]


def said(call: dict) -> str:
    """All text of a tool's answer."""
    return json.dumps(call.get("structuredContent")) + " ".join(part.get("text", "") for part in call["content"])


def refused_with(answer: httpx.Response, error: str) -> bool:
    return answer.status_code == 400 and answer.json()["error"] == error
