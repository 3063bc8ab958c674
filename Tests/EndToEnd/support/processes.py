"""The bridge and the stand-in API as processes of their own, on free loopback ports and with a fresh state folder."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[3]
EXECUTABLE = os.environ.get("DRAWBRIDGE_EXECUTABLE", str(ROOT / ".build/debug/drawbridge"))
START_SECONDS = 30.0
STOP_SECONDS = 15.0

Result = TypeVar("Result")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(ready: Callable[[], Result], what: str, seconds: float = 10.0, pause: float = 0.05) -> Result:
    """Asks again until the answer is true; the only waiting there is in these tests."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ready()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(pause)


class Program:
    """One `drawbridge` process and its log."""

    def __init__(self, folder: Path, name: str, arguments: list[str], settings: dict[str, str], address: str) -> None:
        self.name, self.arguments, self.url = name, arguments, address
        self.log = folder / f"{name}.log"
        # nothing of the developer's own configuration, and no credential that a test did not give
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DRAWBRIDGE_", "OAUTH_", "VAL_TOWN_"))}
        self.environment = inherited | settings
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                [EXECUTABLE, *self.arguments], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        until(self._up, f"{self.name} answers", START_SECONDS)

    def _up(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} exited with {self.process.returncode}:\n{self.tail()}")
        with contextlib.suppress(httpx.TransportError):
            return self.answers()
        return False

    def answers(self) -> bool:
        return httpx.get(self.url + "/healthz", timeout=5, trust_env=False).status_code == 200

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not stop within {STOP_SECONDS:g} s of SIGTERM") from None

    def restart(self) -> None:
        self.stop()
        self.start()

    def tail(self, size: int = 2000) -> str:
        return self.log.read_bytes()[-size:].decode("utf-8", "replace") if self.log.exists() else ""


class Sandbox(Program):
    """The stand-in API. Its tokens and data outlive a restart."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.access_log = folder / "access.jsonl"
        self.tokens_file = folder / "tokens.json"
        arguments = ["sandbox", "--port", str(port), "--database", str(folder / "sandbox.sqlite"), "--access-log", str(self.access_log),
                     "--tokens-file", str(self.tokens_file)]
        super().__init__(folder, "sandbox", arguments, {}, f"http://127.0.0.1:{port}")

    def answers(self) -> bool:
        # any answer will do, but only the tokens file says that the tokens are known
        httpx.get(self.url + "/v1/me", timeout=5, trust_env=False)
        return self.tokens_file.exists()

    @property
    def tokens(self) -> dict[str, str]:
        return json.loads(self.tokens_file.read_text())

    @property
    def full(self) -> str:
        return self.tokens["full"]

    @property
    def username(self) -> str:
        return self.tokens["username"]

    def requests(self, since: int = 0) -> list[dict]:
        """What reached the API, in order."""
        lines = self.access_log.read_text().splitlines() if self.access_log.exists() else []
        return [json.loads(line) for line in lines][since:]

    def mark(self) -> int:
        return len(self.requests())


class Bridge(Program):
    """The program under test."""

    def __init__(self, folder: Path, upstream: str, **settings: str) -> None:
        port, admin = free_port(), free_port()
        self.state = folder / "state"
        base = f"http://127.0.0.1:{port}"
        usual = {
            "DRAWBRIDGE_LISTEN": f"127.0.0.1:{port}",
            "DRAWBRIDGE_ADMIN_LISTEN": f"127.0.0.1:{admin}",
            "DRAWBRIDGE_ISSUER": base,
            "DRAWBRIDGE_STATE": str(self.state),
            "DRAWBRIDGE_UPSTREAM": "valtown",
            "DRAWBRIDGE_UPSTREAM_BASE_URL": upstream,
        }
        super().__init__(folder, "serve", ["serve"], usual | {f"DRAWBRIDGE_{k.upper()}": v for k, v in settings.items()}, base)

    @property
    def mcp(self) -> str:
        return self.url + "/mcp"

    @property
    def database(self) -> Path:
        return self.state / "drawbridge.sqlite"

    def query(self, sql: str, *values: object) -> list[tuple]:
        """Reads the database beside the running server."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(sql, values).fetchall()

    def stored(self) -> dict[str, int]:
        """How many credentials and connections are kept."""
        return {table: self.query(f"SELECT count(*) FROM {table}")[0][0] for table in ("entries", "grants")}

    def audited(self, action: str) -> int:
        return self.query("SELECT count(*) FROM audit WHERE action = ?", action)[0][0]


@contextlib.contextmanager
def running(program: Program) -> Iterator[Program]:
    try:
        program.start()
        yield program
    finally:
        program.stop()
