"""Fixtures: one stand-in API for all tests, and a bridge with an empty state folder for each file of tests."""
from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from support.client import Client
from support.processes import Bridge, Sandbox, running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running(Sandbox(tmp_path_factory.mktemp("sandbox"))) as program:
        yield program


@pytest.fixture(scope="module")
def bridge(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with running(Bridge(tmp_path_factory.mktemp("bridge"), sandbox.url)) as program:
        yield program


@pytest.fixture
def fresh_bridge(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Bridge]]:
    """Starts bridges with an empty state folder and settings of the test's own."""
    started: list[Bridge] = []

    def start(**settings: str) -> Bridge:
        started.append(Bridge(tmp_path_factory.mktemp("bridge"), sandbox.url, **settings))
        started[-1].start()
        return started[-1]

    yield start
    for program in started:
        program.stop()


@pytest.fixture
def client(bridge: Bridge) -> Client:
    """A client that knows nothing but the address."""
    return Client(bridge.url)
