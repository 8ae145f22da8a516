"""`python -m services.meeting`: this room as a process of its own; `… worker`: only its background work."""

import sys

from services.meeting.app import create_app
from services.meeting.settings import MeetingSettings
from shared.serve import main

if __name__ == "__main__":
    main(create_app, MeetingSettings, sys.argv[1:])
