"""`python -m services.ticket`: this room as a process of its own; `… worker`: only its background work."""

import sys

from services.ticket.app import create_app
from services.ticket.settings import TicketSettings
from shared.serve import main

if __name__ == "__main__":
    main(create_app, TicketSettings, sys.argv[1:])
