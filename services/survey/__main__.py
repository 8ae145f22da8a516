"""`python -m services.survey`: this room as a process of its own; `… worker`: only its background work."""

import sys

from services.survey.app import create_app
from services.survey.settings import SurveySettings
from shared.serve import main

if __name__ == "__main__":
    main(create_app, SurveySettings, sys.argv[1:])
