"""What must not become a connection doesn't: each ends on a page that says why, stores nothing, and the right token works afterwards."""
import re

import pytest

from support.client import Client, said

NOTHING = {"entries": 0, "grants": 0}
WRONG = "vtwn_nobody_has_this_token"


@pytest.fixture
def empty_bridge(fresh_bridge):
    return fresh_bridge()


def consent_page(bridge, scope=None):
    client = Client(bridge.url)
    client.discover()
    client.register()
    return client, client.open_consent(scope)


def then_the_right_token_works(client, consent, sandbox) -> None:
    consent.decide("approve", sandbox.full)
    client.keep(client.exchange(client.code(consent.callback)))
    assert sandbox.username in said(client.call("get-my-info"))


def test_a_wrong_token(empty_bridge, sandbox):
    client, consent = consent_page(empty_bridge)
    page = consent.decide("approve", WRONG)
    assert page.alert and consent.callback is None
    assert WRONG not in page.html, "a pasted token is never put back"
    assert empty_bridge.stored() == NOTHING
    then_the_right_token_works(client, consent, sandbox)


def test_a_token_without_users_read(empty_bridge, sandbox):
    client, consent = consent_page(empty_bridge)
    page = consent.decide("approve", sandbox.tokens["without_user_read"])
    assert re.search(r"users?:\s*read", page.alert, re.IGNORECASE), page.alert
    assert consent.callback is None and empty_bridge.stored() == NOTHING
    then_the_right_token_works(client, consent, sandbox)


def test_an_api_that_is_down(empty_bridge, sandbox):
    client, consent = consent_page(empty_bridge)
    wrong = consent.decide("approve", WRONG).alert
    sandbox.stop()
    try:
        page = consent.decide("approve", sandbox.full)
    finally:
        sandbox.start()
    assert page.alert and page.alert != wrong, "that the API can't be reached says nothing about the token"
    assert sandbox.full not in page.html
    assert consent.callback is None and empty_bridge.stored() == NOTHING
    then_the_right_token_works(client, consent, sandbox)


def test_a_person_who_refuses(empty_bridge, sandbox):
    mark = sandbox.mark()
    client, consent = consent_page(empty_bridge)
    page = consent.decide("deny")
    assert consent.status == 200 and page.refresh in page.links, "the page sends the browser on by itself and by a visible link"
    assert consent.callback["error"] == "access_denied"
    assert consent.callback["state"] == client.state and consent.callback["iss"] == empty_bridge.url
    assert sandbox.mark() == mark and empty_bridge.stored() == NOTHING
    then_the_right_token_works(client, client.open_consent(), sandbox)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "nul\0byte", "x" * 5000, "naïve"],
                         ids=["none", "space", "line break", "nul", "too long", "not ASCII"])
def test_what_cannot_be_a_token_never_reaches_the_api(token, empty_bridge, sandbox):
    mark = sandbox.mark()
    _, consent = consent_page(empty_bridge)
    page = consent.decide("approve", token)
    assert consent.callback is None and page.text
    assert sandbox.mark() == mark and empty_bridge.stored() == NOTHING


def test_five_wrong_tokens_burn_the_request(empty_bridge, sandbox):
    _, consent = consent_page(empty_bridge)
    for _ in range(5):
        if consent.page.forms:
            consent.decide("approve", WRONG)
    if consent.page.forms:
        consent.decide("approve", sandbox.full)
    assert consent.callback is None or "code" not in consent.callback
    assert empty_bridge.stored() == NOTHING


def test_only_what_was_ticked_is_granted(empty_bridge, sandbox):
    client, consent = consent_page(empty_bridge, "read write delete")
    readable = [scope for scope in consent.page.form.scopes if scope == "read" or scope.endswith(":read")]
    assert readable
    consent.decide("approve", sandbox.full, scopes=readable)
    client.keep(client.exchange(client.code(consent.callback)))
    assert not {"create-val", "delete-val"} & set(client.tools())
    refused = client.call("delete-val", {"val_id": "00000000-0000-0000-0000-000000000000"})
    assert refused["isError"] and "/connections" in said(refused)
