"""What the dashboard and the alarms ask for is what the house counts."""

import json
import re
from collections.abc import Iterator

import prometheus_client
import pytest
import yaml

from gateway.metrics import Metrics
from services.election.log import notary
from shared import telemetry
from tests.architecture.tree import ROOT

FOLDER = ROOT / "docs" / "monitoring"
NAMES = re.compile(r"\b(?:linli|process)_[a-z_]+")
SUFFIXES = re.compile(r"_(bucket|count|sum|created)$")


def expressions() -> Iterator[str]:
    for panel in json.loads((FOLDER / "dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def counted() -> set[str]:
    """Every series that a gateway or a room can show, by its name."""
    assert telemetry.PASSED
    assert notary.REFUSALS
    told = Metrics().exposition().decode() + prometheus_client.generate_latest().decode()
    return set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE))


@pytest.mark.parametrize("expression", list(expressions()))
def test_each_expression_names_only_what_is_counted(expression: str) -> None:
    names = {SUFFIXES.sub("", name) for name in NAMES.findall(expression)}

    assert names - counted() == set()
    assert names or "up{" in expression


def test_a_log_that_the_notary_refuses_wakes_somebody() -> None:
    (alarm,) = [one for one in expressions() if "linli_notary_refusals_total" in one]

    assert alarm == "increase(linli_notary_refusals_total[15m]) > 0"


def test_every_alarm_says_what_to_do() -> None:
    (group,) = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]

    assert all(rule["annotations"]["action"] and rule["labels"]["severity"] for rule in group["rules"])
