#!/usr/bin/env python3
"""Registers many clients at a running bridge and says how much its database grew: not at all, since a client_id describes itself.

    scripts/registrations.py http://localhost:8484 --count 100000 --state data/state
"""

import argparse
import http.client
import json
import pathlib
import sys
import threading
import time
import urllib.parse


def register(origin: urllib.parse.SplitResult, first: int, last: int, failures: list[str]) -> None:
    make = http.client.HTTPSConnection if origin.scheme == "https" else http.client.HTTPConnection
    connection = make(origin.hostname, origin.port, timeout=30)
    for number in range(first, last):
        body = json.dumps(
            {
                "client_name": f"Client {number}",
                "redirect_uris": [f"http://127.0.0.1:{1024 + number % 60000}/callback"],
                "token_endpoint_auth_method": "none" if number % 2 else "client_secret_post",
            }
        )
        try:
            connection.request("POST", "/register", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{number}: {error!r}")
            return
        if answer.status != 201:
            failures.append(f"{number}: {answer.status} {text[:200]!r}")
            return
    connection.close()


def size(state: pathlib.Path | None) -> int | None:
    return sum(file.stat().st_size for file in state.glob("drawbridge.sqlite*")) if state else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("origin")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--state", type=pathlib.Path, help="the bridge's state folder, to measure its database")
    options = parser.parse_args()

    origin = urllib.parse.urlsplit(options.origin)
    before, started, failures = size(options.state), time.monotonic(), []
    share = -(-options.count // options.connections)
    workers = [
        threading.Thread(target=register, args=(origin, first, min(first + share, options.count), failures))
        for first in range(0, options.count, share)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - started
    after = size(options.state)

    for failure in failures:
        print(failure, file=sys.stderr)
    if not failures:
        print(f"{options.count} registrations in {seconds:.1f} s, {options.count / seconds:.0f} a second")
    if before is not None:
        print(f"database: {before} bytes before, {after} bytes after")
    return 1 if failures or before != after else 0


if __name__ == "__main__":
    sys.exit(main())
