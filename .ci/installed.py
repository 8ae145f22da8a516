"""Whether this environment already holds every package of a lock in its version: exit 0 if so."""

import sys
from importlib import metadata
from pathlib import Path


def missing(lock: Path) -> list[str]:
    """The pins without a matching package; a pin with a marker counts only if the package is there at all."""
    found = {each.name.lower().replace("_", "-").replace(".", "-"): each.version for each in metadata.distributions()}
    wanted = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line[:1].isalpha() and "==" in line:
            pin, _, marker = line.rstrip("\\ ").partition(";")
            name, _, version = pin.strip().partition("==")
            have = found.get(name.partition("[")[0].lower())
            if have != version and not (have is None and marker):
                wanted.append(pin.strip())
    return wanted


if __name__ == "__main__":
    sys.exit(bool(missing(Path(sys.argv[1]))))
