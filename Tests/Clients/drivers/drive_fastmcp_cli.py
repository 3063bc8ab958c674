"""The command line of fastmcp, as a person types it."""
import subprocess
import sys
from pathlib import Path

from journey import MCP, TOOL, check_answer, ok

PROGRAM = Path(sys.executable).with_name("fastmcp")

done = subprocess.run([PROGRAM, "call", MCP, TOOL, "--auth", "oauth", "--json"], stdout=subprocess.PIPE, text=True)
assert done.returncode == 0, f"fastmcp: exit status {done.returncode}: {done.stdout[-300:]}"
check_answer(done.stdout)
ok("fastmcp call")
