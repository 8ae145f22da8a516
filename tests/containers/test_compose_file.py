"""docker-compose.yml says what it should, by the schema of the specification and by our own rules for containers."""

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

from migrations.heads import ROOMS
from shared.serve import LAST_SECONDS
from tests.containers.composed import compose_file, image_environment

FILE = compose_file({})
OURS = {name: service for name, service in FILE["services"].items() if service["image"].startswith("linli:")}
SCHEMA = json.loads((resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())


def faults(file: dict[str, Any]) -> list[str]:
    return [fault.message for fault in jsonschema.validators.validator_for(SCHEMA)(SCHEMA).iter_errors(file)]


def test_the_file_fits_the_schema_of_the_compose_specification() -> None:
    assert faults(FILE) == []


def test_a_misspelt_word_is_found() -> None:
    assert faults({"services": {"ticket": {"imagine": "linli"}}})


def test_there_is_a_door_each_room_with_its_worker_and_postgresql_18() -> None:
    workers = {f"{room}-worker" for room in ROOMS}

    assert set(FILE["services"]) == {"postgres", "prepare", "gateway", "notary", *ROOMS, *workers}
    assert FILE["services"]["postgres"]["image"] == "postgres:18"


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_may_do_nothing_that_it_need_not(name: str) -> None:
    service = OURS[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "user" not in service  # the image's own, which is not root


@pytest.mark.parametrize("name", OURS)
def test_a_container_sees_its_own_secrets_only_and_cannot_write_them(name: str) -> None:
    mounted = [volume for volume in OURS[name]["volumes"] if "secrets" in volume]

    assert mounted == [f"./secrets/{name.removesuffix('-worker')}:/run/secrets:ro"]


def test_heads_of_the_audit_are_signed_with_a_key_that_is_kept() -> None:
    assert OURS["prepare"]["environment"]["KEYS_DIR"] == "/run/secrets"


def test_the_registry_is_told_of_the_mini_program() -> None:
    asked = {"REGISTRY_WECHAT_APP_ID": "wx1", "REGISTRY_WECHAT_APP_SECRET_FILE": "/run/secrets/wechat_app_secret"}

    told = compose_file(asked)["services"]["registry"]["environment"]

    assert {name: told.get(name) for name in asked} == asked
    assert told["KEYS_DIR"] == "/run/secrets"


def test_no_password_stands_in_the_file() -> None:
    told = {
        f"{service}: {name}"
        for service, of in FILE["services"].items()
        for name in of["environment" if "environment" in of else "labels"]
        if name.endswith(("PASSWORD", "TOKEN", "SECRET"))
    }

    assert told == set()


def test_only_the_door_is_open_to_the_world() -> None:
    assert [name for name, service in FILE["services"].items() if "ports" in service] == ["gateway"]
    assert FILE["services"]["gateway"]["ports"] == ["127.0.0.1:8000:8000"]
    assert FILE["networks"]["inside"] == {"internal": True}


def test_rooms_can_be_scaled_and_leave_background_work_to_their_workers() -> None:
    for room in ROOMS:
        assert "container_name" not in OURS[room]
        assert OURS[room]["environment"]["BACKGROUND"] == "false"
        assert OURS[f"{room}-worker"]["command"] == [*OURS[room]["command"], "worker"]


def test_a_container_is_given_longer_to_stop_than_it_takes() -> None:
    rooms = [OURS[name] for name in OURS if name != "prepare"]

    assert all(int(service["stop_grace_period"].removesuffix("s")) > LAST_SECONDS for service in rooms)


def test_nothing_starts_before_what_it_needs_is_well() -> None:
    conditions = {name: service.get("depends_on", {}) for name, service in OURS.items()}

    assert conditions["prepare"]["postgres"]["condition"] == "service_healthy"
    assert conditions["registry"]["prepare"]["condition"] == "service_completed_successfully"
    assert all(conditions["gateway"][room]["condition"] == "service_healthy" for room in ROOMS)
    assert conditions["notary"]["prepare"]["condition"] == "service_completed_successfully"
    others = [name for name in OURS if name not in {"prepare", "registry", "gateway", "notary"}]
    assert all(conditions[name]["registry"]["condition"] == "service_healthy" for name in others)


def test_one_service_builds_the_image_of_all() -> None:
    assert [name for name, service in FILE["services"].items() if "build" in service] == ["prepare"]
    assert len({service["image"] for service in OURS.values()}) == 1
    assert image_environment()["DATA_DIR"] == "/var/lib/linli"


def test_each_container_that_listens_says_how_it_is() -> None:
    """No other has a health check, not even a disabled one: `docker compose up --wait` would fail of it."""
    asked = {name: service["healthcheck"]["test"][-1] for name, service in OURS.items() if "healthcheck" in service}

    assert set(OURS) - set(asked) == {"prepare", "notary"}
    assert asked.pop("gateway") == "/health/live"
    assert set(asked.values()) == {"/internal/health"}
