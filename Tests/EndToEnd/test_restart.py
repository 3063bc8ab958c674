"""The server may go away and come back between any two steps of the journey; nobody notices."""
from dataclasses import dataclass, field

import pytest

from support.client import Client, Consent, refused_with, said


@dataclass
class Journey:
    """The steps in their order, and what is handed from one to the next."""

    client: Client
    token: str
    username: str
    consent: Consent | None = None
    code: str = ""
    before: dict = field(default_factory=dict)

    def discover(self) -> None:
        self.client.discover()

    def register(self) -> None:
        self.client.register()

    def open_the_page(self) -> None:
        self.consent = self.client.open_consent("read write")

    def paste_a_wrong_token(self) -> None:
        page = self.consent.decide("approve", "vtwn_nobody_has_this_token")
        assert page.alert and self.consent.callback is None

    def check_the_right_token(self) -> None:
        page = self.consent.decide("check", self.token)
        assert self.username in page.text and self.consent.callback is None

    def approve_with_the_checked_token(self) -> None:
        self.consent.decide("approve")
        self.code = self.client.code(self.consent.callback)

    def exchange(self) -> None:
        self.client.keep(self.client.exchange(self.code))

    def list_tools(self) -> None:
        assert "get-my-info" in self.client.tools(modern=False)

    def call_a_tool(self) -> None:
        assert self.username in said(self.client.call("get-my-info"))

    def refresh(self) -> None:
        self.before = self.client.tokens
        self.client.keep(self.client.renew(self.client.refresh_token))

    def ask_again_for_a_lost_refresh_answer(self) -> None:
        again = self.client.renew(self.before["refresh_token"])
        assert again.status_code == 200 and again.json()["refresh_token"] == self.client.refresh_token

    def call_with_the_new_token(self) -> None:
        assert self.username in said(self.client.call("get-my-info"))

    def revoke(self) -> None:
        assert self.client.revoke().status_code == 200

    def find_every_door_closed(self) -> None:
        assert self.client.post_mcp("tools/list").status_code == 401
        assert refused_with(self.client.renew(self.client.refresh_token), "invalid_grant")


STEPS = [name for name, member in vars(Journey).items() if callable(member) and not name.startswith("_")]


@pytest.mark.parametrize("last", STEPS[:-1])
def test_the_journey_goes_on_after_a_restart_that_follows(last, bridge, sandbox):
    journey = Journey(Client(bridge.url, name=f"Restart after {last}"), sandbox.full, sandbox.username)
    for step in STEPS:
        getattr(journey, step)()
        if step == last:
            bridge.restart()


def test_a_kill_without_warning_loses_nothing_that_was_answered(bridge, sandbox):
    client = Client(bridge.url, name="Killed")
    client.connect(sandbox.full)
    client.keep(client.renew(client.refresh_token))
    bridge.process.kill()
    bridge.process.wait()
    bridge.start()
    assert sandbox.username in said(client.call("get-my-info"))
    client.keep(client.renew(client.refresh_token))
