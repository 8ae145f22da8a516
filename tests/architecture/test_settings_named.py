"""docs/settings.md names every setting that the code reads, with its default, and none that it does not."""

import re

import pytest
from pydantic_settings import BaseSettings

from gateway.settings import GatewaySettings
from migrations.outside import SchemaSettings
from services.election.settings import ElectionSettings
from services.meeting.settings import MeetingSettings
from services.registry.settings import RegistrySettings
from services.survey.settings import SurveySettings
from services.ticket.settings import TicketSettings
from tests.architecture.tree import ROOT

ROW = re.compile(r"^\| `(\w+)` \| (.*?) ?\| .+ \|$", re.MULTILINE)
OF_THE_COMMAND = {"EMPTY", "HOMES", "PG_BIN", "LINLI_DEBUG"}
"""Read by `linli run` and the launcher themselves (gateway/start.py, shared/postgres.py)."""
KINDS = (
    *(RegistrySettings, TicketSettings, SurveySettings, ElectionSettings, MeetingSettings),
    *(GatewaySettings, SchemaSettings),
)
NAMED = ROW.findall((ROOT / "docs" / "settings.md").read_text())


def defaults(kind: type[BaseSettings]) -> set[tuple[str, str]]:
    """(variable, default as an operator would write it) of each field."""
    found = set()
    for name, field in kind.model_fields.items():
        value = "" if field.is_required() or field.default in (None, "", ()) else str(field.default)
        found.add((name.upper(), value.lower() if isinstance(field.default, bool) else value))
    return found


@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_every_setting_stands_there_with_its_default(kind: type[BaseSettings]) -> None:
    assert defaults(kind) - set(NAMED) == set()


def test_nothing_stands_there_that_is_no_setting() -> None:
    known = set().union(*(defaults(kind) for kind in KINDS))

    assert {name for name, default in NAMED if (name, default) not in known} == OF_THE_COMMAND
