"""Looks for secrets where none may be: in clear, base64, base64url, hex, reversed."""
from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path


def disguises(secret: str) -> dict[str, bytes]:
    """Every form in which the secret would still be readable, wherever it lies inside a longer text."""
    raw = secret.encode()
    forms = {"clear": raw, "reversed": raw[::-1], "hex": raw.hex().encode(), "upper-case hex": raw.hex().upper().encode()}
    for shift in range(3):
        # base64 looks different at each of three offsets; what its neighbours may change is cut off
        aligned = b"\0" * shift + raw
        aligned = aligned[: len(aligned) // 3 * 3]
        skipped = 4 if shift else 0
        forms[f"base64 at {shift}"] = base64.b64encode(aligned)[skipped:]
        forms[f"base64url at {shift}"] = base64.urlsafe_b64encode(aligned)[skipped:]
    return forms


def files(*places: Path) -> list[Path]:
    return [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*"))) if file.is_file()]


def found(secrets: dict[str, str], places: Iterable[Path]) -> list[str]:
    """A line for each secret that can be read in a file."""
    wanted = {name: disguises(secret) for name, secret in secrets.items()}
    lines = []
    for file in files(*places):
        content = file.read_bytes()
        for name, forms in wanted.items():
            lines += [f"{name} ({form}) in {file.name}" for form, needle in forms.items() if needle in content]
    return lines
