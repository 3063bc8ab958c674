"""A person with a browser: headless Chromium on the consent page, and what axe and a narrow window make of it."""
from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
WIDTHS = (360, 768, 1280)
PATIENCE = 10_000  # ms

OVERFLOW = """() => {
  const root = document.documentElement;
  const over = root.scrollWidth - root.clientWidth;
  const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1);
  return over > 0 ? `${over} px: ` + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 100)).join(' | ') : '';
}"""


class Loopback:
    """The client's redirect target. It answers 204: the browser then stays on the page that sent it here, which can be looked at."""

    async def __aenter__(self) -> Loopback:
        self._callbacks: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.origin = "http://127.0.0.1:{}".format(self._server.sockets[0].getsockname()[1])
        self.uri = self.origin + "/callback"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, IndexError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = urlsplit(head.split(" ")[1])
            if target.path == "/callback":
                self._callbacks.put_nowait(dict(parse_qsl(target.query, keep_blank_values=True)))
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    async def query(self) -> dict[str, str]:
        return await asyncio.wait_for(self._callbacks.get(), PATIENCE / 1000)


class Person:
    """One browser profile with one open page; remembers where it connected to and what its console said."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.requested: list[str] = []
        self.console: list[str] = []
        context.on("request", lambda request: self.requested.append(request.url))
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))

    async def fill(self, token: str) -> None:
        await self.page.fill("input[name=token]", token)
        understood = self.page.locator("input[name=understood]")
        if await understood.count():
            await understood.check()

    async def decide(self, decision: str) -> None:
        """Presses the button and waits for the page that answers."""
        async with self.page.expect_response(lambda answer: answer.request.method == "POST", timeout=PATIENCE) as answered:
            await self.page.click(f"button[name=decision][value={decision}]")
        answer = await answered.value
        assert answer.status < 500, answer.status
        await self.page.wait_for_load_state("load", timeout=PATIENCE)

    async def approve(self, url: str, token: str) -> None:
        await self.page.goto(url, timeout=PATIENCE)
        await self.fill(token)
        await self.decide("approve")

    def elsewhere(self, *origins: str) -> list[str]:
        """Requests to anybody but these origins."""
        return [url for url in self.requested if "{0.scheme}://{0.netloc}".format(urlsplit(url)) not in origins]

    def complaints(self) -> list[str]:
        """Console errors, but for the page's own 4xx status and a missing icon."""
        return [line for line in self.console if line.startswith("error") and "status of 4" not in line and "favicon" not in line]


@contextlib.asynccontextmanager
async def person(*, dark: bool = False, scripts: bool = True, width: int = 1280) -> AsyncIterator[Person]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        try:
            context = await browser.new_context(
                color_scheme="dark" if dark else "light", java_script_enabled=scripts, viewport={"width": width, "height": 900})
            yield Person(context, await context.new_page())
        finally:
            await browser.close()


async def launch(playwright: Playwright):
    # CI runs as root, where Chromium has no sandbox of its own
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])


async def faults(page: Page) -> list[str]:
    """What is wrong with the page that is open: axe's violations, and sideways scrolling at any width."""
    result = await Axe().run(page)
    lines = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in result.response["violations"]]
    before = page.viewport_size
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        over = await page.evaluate(OVERFLOW)
        if over:
            lines.append(f"scrolls sideways at {width} px by {over}")
    await page.set_viewport_size(before)
    return lines
