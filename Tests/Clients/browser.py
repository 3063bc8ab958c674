"""The browser that the clients open, as $BROWSER: reads the consent page, pastes CONSENT_TOKEN, approves, and goes where the page sends it."""
from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

import httpx  # noqa: E402
from support.client import Consent, wire  # noqa: E402
from support.page import Page  # noqa: E402
from support.processes import until  # noqa: E402

CLIENT_SECONDS = 20.0


def visit(url: str, token: str) -> None:
    with wire(headers={"Accept": "text/html"}) as person:
        answer = person.get(url)
        assert answer.status_code == 200, f"{answer.status_code}: {Page(answer.text).text[:300]}"
        consent = Consent(person, url, Page(answer.text))
        consent.decide("approve", token)
        target = consent.page.refresh
        assert target, f"the page did not send the browser on: {consent.page.alert or consent.page.text[:300]}"
    until(lambda: arrived(target), "the client answers at its redirect URI", CLIENT_SECONDS)


def arrived(target: str) -> bool:
    """Some clients open the browser before they listen: a person is slower than they are."""
    try:
        with wire() as person:
            answer = person.get(target)
    except httpx.ConnectError:
        return False
    assert answer.status_code < 400, f"the client did not like its callback: {answer.status_code}: {answer.text[:200]}"
    return True


if __name__ == "__main__":
    try:
        visit(sys.argv[1], os.environ["CONSENT_TOKEN"])
    except (AssertionError, httpx.HTTPError) as failure:
        sys.exit(f"browser: {failure}")
