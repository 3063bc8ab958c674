"""Real clients, as PyPI has them, against the built program: `make clients`, or `make clients ARGS='mcp1 fastmcp'` for some of them.

Each gets a bridge, a stand-in API and a home folder of its own. A client's driver says what the client saw; the audit log, the database
and the API's access log say what really happened, and both must agree.
"""
from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "EndToEnd"))

from environments import Unready, environment, version_in  # noqa: E402
from support.processes import Bridge, Sandbox, running  # noqa: E402

BROWSER = f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'browser.py'))} %s &"
SECONDS = 90.0
AT_ONCE = max(1, min(4, os.cpu_count() or 1))


@dataclass(frozen=True)
class Client:
    name: str
    package: str
    """What PyPI calls it."""
    environment: str
    driver: str
    refreshes: bool = False
    revokes: bool = False

    @property
    def title(self) -> str:
        return f"{self.package} {version_in(self.environment, self.package)}"


CLIENTS = [
    Client("mcp1", "mcp", "mcp1", "drive_mcp1.py", refreshes=True),
    Client("mcp2", "mcp", "mcp2", "drive_mcp2.py", refreshes=True),
    Client("fastmcp", "fastmcp", "fastmcp", "drive_fastmcp.py", refreshes=True),
    Client("fastmcp-cli", "fastmcp", "fastmcp", "drive_fastmcp_cli.py"),
    Client("mcp-use", "mcp-use", "mcp-use", "drive_mcp_use.py", refreshes=True),
    Client("chuk", "chuk-mcp-client-oauth", "chuk", "drive_chuk.py", refreshes=True, revokes=True),
    Client("langchain", "langchain-mcp-adapters", "langchain", "drive_langchain.py", refreshes=True),
    Client("authlib", "Authlib", "authlib", "drive_authlib.py", refreshes=True, revokes=True),
]


@dataclass(frozen=True)
class Verdict:
    client: Client
    seconds: float
    said: str
    faults: list[str]
    details: str = ""
    """Logs, for somebody who looks for the reason."""

    def __str__(self) -> str:
        message = "; ".join(self.faults) if self.faults else self.said
        return f"{'FAIL' if self.faults else 'PASS'}  {self.client.name:12} {self.client.title:30} {self.seconds:5.1f} s  {message}"


def attempt(client: Client) -> Verdict:
    try:
        python = environment(client.environment)
    except Unready as reason:
        return Verdict(client, 0.0, "", [str(reason)])
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="drawbridge-client-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        try:
            with running(Sandbox(folder)) as sandbox, running(Bridge(folder, sandbox.url)) as bridge:
                mark = sandbox.mark()
                output, faults = drive(client, python, folder, bridge, sandbox)
                faults = faults or list(evidence(client, bridge, sandbox.requests(mark)))
                details = f"{output[-3000:]}\n--- the bridge's log\n{bridge.tail()}" if faults else ""
        except AssertionError as failure:
            return Verdict(client, time.monotonic() - began, "", [" ".join(str(failure).split())[:200]], str(failure))
    said = [line.removeprefix("OK ") for line in output.splitlines() if line.startswith("OK ")]
    return Verdict(client, time.monotonic() - began, said[-1] if said else "", faults, details)


def drive(client: Client, python: Path, folder: Path, bridge: Bridge, sandbox: Sandbox) -> tuple[str, list[str]]:
    """Runs the driver; gives all that it and its browser printed, and what was wrong."""
    home, log = folder / "home", folder / "client.log"
    home.mkdir()
    settings = {
        "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CACHE_HOME": str(home),
        "BROWSER": BROWSER, "CONSENT_TOKEN": sandbox.full, "BRIDGE": bridge.url, "ACCOUNT": sandbox.username,
        "NO_PROXY": "*", "no_proxy": "*", "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1",
    }
    with open(log, "wb") as output:
        # a session of its own, so that what the client started ends with it; a file rather than a pipe, which a browser could keep open
        process = subprocess.Popen([python, str(HERE / "drivers" / client.driver)], cwd=home, env=os.environ | settings,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        try:
            fault = outcome(process, log)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    printed = log.read_text("utf-8", "replace")
    return printed, [fault] if fault else []


def outcome(process: subprocess.Popen, log: Path) -> str | None:
    """Waits for the driver, but not for one whose browser has given up: it would listen for its callback for minutes."""
    deadline = time.monotonic() + SECONDS
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
        lines = log.read_text("utf-8", "replace").splitlines()
        if failures := [line for line in lines if line.startswith("browser: ")]:
            return failures[0][:200]
        if process.returncode is not None:
            break
        if time.monotonic() > deadline:
            return f"no end within {SECONDS:g} s: {last(lines)}"
    if process.returncode:
        return f"exit status {process.returncode}: {last(lines)}"
    return None if any(line.startswith("OK ") for line in lines) else f"the driver did not say OK: {last(lines)}"


def evidence(client: Client, bridge: Bridge, requests: list[dict]) -> Iterator[str]:
    """What the bridge and the API have recorded that does not fit."""
    actions = Counter(dict(bridge.query("SELECT action, count(*) FROM audit GROUP BY action")))
    for action, wanted in [("connected", 1), ("exchanged", 1)]:
        if actions[action] != wanted:
            yield f"audit log: {actions[action]} × {action}, not {wanted}"
    if not actions["tool_called"]:
        yield "audit log: no tool was called"
    for action, expected in [("refreshed", client.refreshes), ("revoked", client.revokes)]:
        if bool(actions[action]) != expected:
            yield f"audit log: {actions[action]} × {action}"
    for action in ("reuse_detected", "tampered", "denied", "refused"):
        if actions[action]:
            yield f"audit log: {actions[action]} × {action}"
    if client.revokes and (left := bridge.stored()["entries"]):
        yield f"{left} credentials are left after the revocation"
    credentials = {request["credential"] for request in requests}
    if credentials != {"known:full"}:
        yield f"the API was sent something else than the pasted token: {', '.join(sorted(credentials)) or 'nothing'}"


def last(lines: list[str]) -> str:
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "no output")


def chosen(names: list[str]) -> list[Client]:
    known = {client.name for client in CLIENTS}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"no such client: {', '.join(unknown)} (there are {', '.join(client.name for client in CLIENTS)})")
    return [client for client in CLIENTS if not names or client.name in names]


def main() -> None:
    clients = chosen(sys.argv[1:])
    verdicts: dict[str, Verdict] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in as_completed([pool.submit(attempt, client) for client in clients]):
            verdict = done.result()
            verdicts[verdict.client.name] = verdict
            print(f"{verdict.client.name}: {'failed' if verdict.faults else 'done'}", flush=True)
    for verdict in verdicts.values():
        if verdict.details:
            print(f"\n--- {verdict.client.name}\n{verdict.details}")
    print()
    for client in clients:
        print(verdicts[client.name])
    good = sum(not verdict.faults for verdict in verdicts.values())
    print(f"{good} of {len(clients)} clients work")
    sys.exit(0 if good == len(clients) else 1)


if __name__ == "__main__":
    main()
