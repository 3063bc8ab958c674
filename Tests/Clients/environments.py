"""One Python environment for each client, in .venv-clients: their dependencies contradict each other."""
from __future__ import annotations

import contextlib
import fcntl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / ".venv-clients"


class Unready(Exception):
    """The environment could not be made; says why."""


def requirements(name: str) -> Path:
    return HERE / "requirements" / f"{name}.txt"


def version_in(name: str, package: str) -> str:
    pins = dict(line.split("==", 1) for line in requirements(name).read_text().splitlines() if "==" in line)
    return pins[package]


def environment(name: str) -> Path:
    """The interpreter of the environment, which is made when it is missing or its list has changed. Several may ask at once."""
    home = FOLDER / name
    wanted, installed = requirements(name).read_text(), home / "installed.txt"
    with locked(FOLDER / f"{name}.lock"):
        if not installed.exists() or installed.read_text() != wanted:
            print(f"installing {name}: {len(wanted.splitlines())} packages", flush=True)
            tell(sys.executable, "-m", "venv", "--clear", str(home))
            tell(str(home / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
                 "-r", str(requirements(name)))
            installed.write_text(wanted)  # last, so that an interrupted installation starts again
    return home / "bin/python"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tell(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Unready(f"{' '.join(command[1:4])}: {(done.stdout.strip().splitlines() or ['no output'])[-1]}")
