"""`python -m services.election`: this room as a process of its own; `… worker`: only its background work; `… notary`:
only its notary."""

import asyncio
import sys

from services.election.app import create_app
from services.election.log.signing import run_apart
from services.election.settings import ElectionSettings
from shared.serve import in_one_line, main
from shared.settings import read_settings
from shared.telemetry import configure_logs

if __name__ == "__main__":
    if sys.argv[1:] == ["notary"]:
        configure_logs()
        with in_one_line():
            asyncio.run(run_apart(read_settings(ElectionSettings)))
    else:
        main(create_app, ElectionSettings, sys.argv[1:])
