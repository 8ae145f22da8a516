"""Installs one lock into this environment, by hash, and shows how far it is; does nothing when all is there."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

PIP = (
    *("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
    *("--require-hashes", "--no-deps", "--only-binary", ":all:", "--root-user-action", "ignore", "-r"),
)


def pins(lock: Path) -> list[tuple[str, str, bool]]:
    """(name, version, whether a marker may leave it out) of each package of the lock."""
    found = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line[:1].isalpha() and "==" in line:
            pin, _, marker = line.rstrip("\\ ").partition(";")
            name, _, version = pin.strip().partition("==")
            found.append((name.partition("[")[0].lower(), version, bool(marker)))
    return found


def is_installed(lock: Path) -> bool:
    """A pin with a marker counts only if the package is there; a name pinned twice (by marker) may be either."""
    there = {each.name.lower().replace("_", "-").replace(".", "-"): each.version for each in metadata.distributions()}
    allowed: dict[str, set[str | None]] = {}
    for name, version, has_marker in pins(lock):
        allowed.setdefault(name, set()).update({version, None} if has_marker else {version})
    return all(there.get(name) in versions for name, versions in allowed.items())


def install(lock: Path) -> int:
    """pip's exit code. Shows a line per ten packages; what pip said is shown only when it failed."""
    count = len(pins(lock))
    print(f"Installing {count} packages of {lock.name}, each checked by its hash (about a minute)", flush=True)
    said: list[str] = []
    fetched = 0
    with subprocess.Popen(
        [sys.executable, *PIP, str(lock)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith(("Collecting", "Processing")):
                fetched += 1
                if fetched % 10 == 0:
                    print(f"  {fetched} of {count} fetched", flush=True)
            elif line.startswith("Installing collected"):
                print("  unpacking", flush=True)
    if pip.returncode:
        print("".join(line for line in said if not line.startswith(("Collecting", "  ", "Ignoring"))), end="")
    return pip.returncode


if __name__ == "__main__":
    chosen = Path(sys.argv[1])
    raise SystemExit(0 if is_installed(chosen) else install(chosen))
