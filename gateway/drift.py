"""Whether the committed contracts say what the rooms do: `python -m gateway.drift` checks, `--write` commits anew."""

import argparse
import difflib
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gateway.compose import CONTRACTS, Json, compose
from gateway.house import room_apps, room_contracts
from gateway.settings import GatewaySettings

LINES = 40


class NoDatabase(dict[str, str]):
    """An address for any room, never called: a contract asks nobody."""

    def __missing__(self, room: str) -> str:
        return f"postgresql://{room}@/nowhere"


def contracts_now() -> dict[str, Json]:
    """What the code says, with nothing of this machine or its environment in it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = GatewaySettings(data_dir=Path(folder), public_url="https://linli.example", port=8000)
        return room_contracts(room_apps(settings, NoDatabase()))


def text_of(contract: Json) -> str:
    """A contract as it is committed: diffs by line, Chinese as Chinese."""
    return json.dumps(contract, ensure_ascii=False, indent=1) + "\n"


def differences(contracts: Mapping[str, Json], folder: Path = CONTRACTS) -> list[str]:
    """The first lines that differ, by file; empty when nothing drifted."""
    found: list[str] = []
    for name in sorted({*contracts, *(file.stem for file in folder.glob("*.json"))}):
        file = folder / f"{name}.json"
        committed = file.read_text("utf-8") if file.exists() else ""
        said = text_of(contracts[name]) if name in contracts else ""
        lines = difflib.unified_diff(committed.splitlines(), said.splitlines(), str(file), "the code", n=2, lineterm="")
        found += list(lines)[:LINES]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the contracts instead of comparing them")
    asked = parser.parse_args()
    contracts = contracts_now()
    compose(contracts, "https://linli.example", "0")
    if asked.write:
        for name, contract in contracts.items():
            (CONTRACTS / f"{name}.json").write_text(text_of(contract), "utf-8")
        return 0
    drifted = differences(contracts)
    sys.stdout.write("".join(f"{line}\n" for line in drifted))
    if drifted:
        sys.stdout.write("The contracts drifted: python -m gateway.drift --write, and look at the change.\n")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
