#!/usr/bin/env python3
"""Writes the inputs that fuzzing starts from: the tables of Tests/Vectors in the form that each target reads.

    Fuzz/corpus.py FOLDER TARGET …
"""
from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

VECTORS = Path(__file__).resolve().parent.parent / "Tests" / "Vectors"


def rows(table: str) -> list[dict]:
    content = json.loads((VECTORS / table).read_text(encoding="utf-8"))
    return content if isinstance(content, list) else content["cases"]


def data(value: object) -> bytes:
    """A text as it stands, bytes in hexadecimal, a JSON document, or a piece many times over."""
    if value is None:
        return b""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if "hex" in value:
        return bytes.fromhex(value["hex"])
    if "json" in value:
        return json.dumps(value["json"], ensure_ascii=False, separators=(",", ":")).encode()
    return (value.get("before", "") + value["repeat"] * value["times"] + value.get("after", "")).encode()


def column(name: str, *tables: str) -> Iterator[bytes]:
    return (data(row[name]) for table in tables for row in rows(table) if name in row)


def url() -> Iterator[bytes]:
    yield from column("url", "primitives/urls-accepted.json", "primitives/urls-refused.json")
    yield from column("text", "primitives/origins.json")
    yield from column("uri", "oauth/redirects-registered.json")


def form() -> Iterator[bytes]:
    yield from column("text", "primitives/forms.json")
    yield from column("body", "oauth/token-requests.json", "oauth/basic.json")


def documents() -> Iterator[bytes]:
    yield from column("document", "primitives/json-accepted.json", "primitives/json-refused.json", "oauth/client-metadata.json")


def basic() -> Iterator[bytes]:
    for row in rows("oauth/basic.json"):
        yield data(row.get("header", row.get("text"))) + b"\n" + data(row["body"])


def bearer() -> Iterator[bytes]:
    return (b"\n".join(map(data, row["headers"])) for row in rows("oauth/bearer.json"))


def jwt() -> Iterator[bytes]:
    """Tokens whole, and as the three lines that they are made of."""
    for token in column("token", "crypto/client-assertions.json"):
        yield token
        parts = token.split(b".")
        if len(parts) == 3:
            yield b"\n".join(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in parts)
    claims = {
        "iss": "https://bridge.example", "sub": "u", "aud": "https://bridge.example/mcp", "exp": 1800000300, "nbf": 1800000000,
        "iat": 1800000000, "jti": "a", "client_id": "c", "scope": "a b", "grant_id": "g", "vault": "k.AAAA",
    }
    for header in column("header", "signing/access-token-headers.json"):
        yield b"\n".join([header, json.dumps(claims).encode(), b"signature"])


def redirect() -> Iterator[bytes]:
    yield from column("uri", "oauth/redirects-registered.json")
    yield from column("document", "oauth/client-metadata.json")
    for row in rows("oauth/redirects-matched.json"):
        for registered in row["registered"]:
            yield data(registered) + b"\n" + data(row["asked"])


TARGETS = {"url": url, "form": form, "json": documents, "basic": basic, "bearer": bearer, "jwt": jwt, "redirect": redirect}


def main() -> None:
    for target in sys.argv[2:]:
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed in TARGETS[target]():
            (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
