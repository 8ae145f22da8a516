"""The contracts as the rooms would commit them now; run as a program it writes them (`make contracts`)."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gateway.house import room_apps, room_contracts
from gateway.settings import GatewaySettings
from migrations.heads import ROOMS

COMMITTED = Path(__file__).parents[2] / "gateway" / "contracts"
NOWHERE = {room: f"postgresql://{room}@127.0.0.1/none" for room in ROOMS}


def generated() -> Mapping[str, str]:
    """Room -> its contract as text; needs no database, only a folder for the keys that every room wants."""
    with tempfile.TemporaryDirectory() as folder:
        apps = room_apps(GatewaySettings(data_dir=Path(folder), port=8000, public_url=""), NOWHERE)
        return {name: written(contract) for name, contract in room_contracts(apps).items()}


def written(contract: object) -> str:
    return json.dumps(contract, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for name, text in generated().items():
        (COMMITTED / f"{name}.json").write_text(text)
        print(f"gateway/contracts/{name}.json: {len(text)} characters")


if __name__ == "__main__":
    main()
