"""`python -m services.registry`: this room as a process of its own; `… worker`: only its background work."""

import sys

from services.registry.app import create_app
from services.registry.settings import RegistrySettings
from shared.serve import main

if __name__ == "__main__":
    main(create_app, RegistrySettings, sys.argv[1:])
