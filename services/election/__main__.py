"""`python -m services.election`: this room as a process of its own; `… worker`: only its background work."""

import sys

from services.election.app import create_app
from services.election.settings import ElectionSettings
from shared.serve import main

if __name__ == "__main__":
    main(create_app, ElectionSettings, sys.argv[1:])
