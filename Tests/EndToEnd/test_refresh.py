"""Refresh tokens under parallel use, and what happens to a family whose past comes back."""
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from support.client import Client, refused_with, said
from support.processes import until

PARALLEL = 32


@pytest.fixture
def brief_bridge(fresh_bridge):
    """The grace of a lost refresh answer lasts a second."""
    return fresh_bridge(refresh_grace="1")


def the_family_is_dead(bridge, client: Client) -> bool:
    """No token of it works any more, and its credential is gone."""
    refreshes = client.renew(client.refresh_token)
    return (refused_with(refreshes, "invalid_grant") and client.post_mcp("tools/list").status_code == 401
            and bridge.stored()["entries"] == 0)


def test_of_many_parallel_refreshes_exactly_one_chain_comes(bridge, sandbox):
    client = Client(bridge.url)
    client.connect(sandbox.full)
    together = Barrier(PARALLEL)

    def refresh(_: int):
        together.wait()
        return client.renew(client.refresh_token)

    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(refresh, range(PARALLEL)))
    assert [a.status_code for a in answers] == [200] * PARALLEL
    assert len({a.json()["refresh_token"] for a in answers}) == 1
    client.keep(answers[0])
    assert sandbox.username in said(client.call("get-my-info"))
    client.keep(client.renew(client.refresh_token))


def test_a_code_that_is_replayed_kills_what_came_from_it(brief_bridge, sandbox):
    client = Client(brief_bridge.url)
    code = client.connect(sandbox.full)
    assert brief_bridge.audited("reuse_detected") == 0
    assert refused_with(client.exchange(code), "invalid_grant")
    assert the_family_is_dead(brief_bridge, client)
    until(lambda: brief_bridge.audited("reuse_detected"), "the replay is in the audit log")


def test_a_code_replayed_with_a_wrong_verifier_kills_nothing(bridge, sandbox):
    client = Client(bridge.url)
    code = client.connect(sandbox.full)
    client.verifier = "w" * 43
    assert refused_with(client.exchange(code), "invalid_grant")
    assert sandbox.username in said(client.call("get-my-info"))


def test_an_old_refresh_token_kills_the_family_once_its_successor_was_used_and_the_grace_is_over(brief_bridge, sandbox):
    client = Client(brief_bridge.url)
    client.connect(sandbox.full)
    old = client.refresh_token
    client.keep(client.renew(old))
    assert said(client.call("get-my-info")), "now the successor was seen"
    until(lambda: client.renew(old).status_code == 400, "the grace ends")
    assert the_family_is_dead(brief_bridge, client)
    until(lambda: brief_bridge.audited("reuse_detected"), "the reuse is in the audit log")


def test_a_grandparent_kills_the_family_at_once(brief_bridge, sandbox):
    client = Client(brief_bridge.url)
    client.connect(sandbox.full)
    oldest = client.refresh_token
    for _ in range(2):
        client.keep(client.renew(client.refresh_token))
    assert refused_with(client.renew(oldest), "invalid_grant")
    assert the_family_is_dead(brief_bridge, client)


def test_another_client_cannot_use_the_refresh_token(bridge, sandbox):
    client, thief = Client(bridge.url), Client(bridge.url, name="Thief")
    client.connect(sandbox.full)
    thief.discover()
    thief.register()
    assert refused_with(thief.renew(client.refresh_token), "invalid_grant")
    client.keep(client.renew(client.refresh_token))
