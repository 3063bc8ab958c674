"""The pages in a real browser: accessible, narrow enough for a phone, and talking to nobody else."""
import httpx
import pytest

from support import browser
from support.client import Client

pytestmark = pytest.mark.anyio

WRONG = "vtwn_nobody_has_this_token"


def ready(bridge, redirect: str) -> Client:
    client = Client(bridge.url, name='Acme <b>"MCP"</b> client', redirect=redirect)
    client.discover()
    client.register()
    return client


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_consent_error_and_success_pages(dark, bridge, sandbox):
    async with browser.Loopback() as loopback, browser.person(dark=dark) as person:
        client = ready(bridge, loopback.uri)
        page = person.page
        await page.goto(client.authorization_url("read write delete"))
        assert client.name in await page.inner_text("body")
        assert await browser.faults(page) == [], "consent page"

        await person.fill(WRONG)
        await person.decide("approve")
        assert await page.inner_text("[role=alert]")
        assert await page.evaluate("document.activeElement.closest('[role=alert]') !== null"), "the error summary has the focus"
        assert await page.input_value("input[name=token]") == ""
        assert await browser.faults(page) == [], "error page"

        await person.fill(sandbox.full)
        await person.decide("approve")
        callback = await loopback.query()
        assert sandbox.username in await page.inner_text("body")
        assert await page.locator(f'a[href^="{loopback.uri}"]').is_visible(), "a link for browsers that don't go on by themselves"
        assert await browser.faults(page) == [], "success page"

        assert client.exchange(client.code(callback)).status_code == 200
        assert person.elsewhere(bridge.url, loopback.origin) == []
        assert person.complaints() == []


async def test_the_home_page(bridge):
    async with browser.person() as person:
        await person.page.goto(bridge.url + "/")
        assert bridge.mcp in await person.page.inner_text("body")
        assert await browser.faults(person.page) == []
        assert person.elsewhere(bridge.url) == [] and person.complaints() == []


async def test_a_request_from_nowhere_ends_on_a_page_here(bridge):
    async with browser.person() as person:
        await person.page.goto(bridge.url + "/authorize?client_id=nobody&response_type=code&redirect_uri=https://evil.example/")
        assert person.page.url.startswith(bridge.url)
        assert await person.page.locator("form").count() == 0
        assert await browser.faults(person.page) == []
        assert person.elsewhere(bridge.url) == []


async def test_everything_works_without_scripts_and_by_keyboard(bridge, sandbox):
    async with browser.Loopback() as loopback, browser.person(scripts=False, width=360) as person:
        client = ready(bridge, loopback.uri)
        await person.page.goto(client.authorization_url())
        await person.fill(sandbox.full)
        await person.page.press("input[name=token]", "Enter")
        assert client.exchange(client.code(await loopback.query())).status_code == 200


def test_pages_are_neither_framed_nor_kept_nor_told_of_elsewhere(bridge):
    client = ready(bridge, "http://127.0.0.1:43210/callback")
    answer = httpx.get(client.authorization_url(), trust_env=False)
    assert answer.status_code == 200
    headers = answer.headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"] and headers["x-frame-options"] == "DENY"
    assert "no-store" in headers["cache-control"]
    assert headers["referrer-policy"] == "no-referrer" and headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers
    assert "<script" not in answer.text.lower()
