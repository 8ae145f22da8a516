"""The sample compound as `make run` loads it."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.registry.rules.heads import counted
from services.registry.rules.roll import counted_homes, owners_of
from services.registry.sample.homes import sample_homes
from services.registry.sample.load import load
from services.registry.sample.people import COMPOUND, SAMPLE_PEOPLE, SamplePerson
from tests.registry.api.houses import Registry, running

HOMES = 200


@pytest.fixture
async def sample(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Registry]:
    async with running(database_urls["registry"], tmp_path / "data") as registry:
        for _ in range(2):  # a second load leaves everything as it is
            await load(registry.house.database, registry.house.keys, HOMES, lambda _: None, datetime.now(UTC))
        yield registry


async def test_the_loaded_compound_has_the_figures_of_the_invented_homes(sample: Registry) -> None:
    """VOTE-1: what is stored counts as what was invented."""
    homes = sample_homes(HOMES)
    ruled = counted(counted_homes(homes, owners_of(homes)))
    secretary = await sample.as_sample("secretary")
    compounds = (await sample.http.get("/v1/compounds", headers=secretary)).json()["items"]
    path = f"/v1/compounds/{compounds[0]['id']}/register"
    figures = (await sample.http.get(path, headers=secretary)).json()
    assert [compound["code"] for compound in compounds] == [COMPOUND]
    assert (figures["homes"], figures["heads"]) == (HOMES, ruled.heads)
    assert figures["area_known"].replace(".", "") == str(ruled.area)


@pytest.mark.parametrize("person", SAMPLE_PEOPLE, ids=lambda person: person.login)
async def test_every_sample_person_signs_in_with_his_role(sample: Registry, person: SamplePerson) -> None:
    """Story, scene 2."""
    me = (await sample.http.get("/v1/me", headers=await sample.as_sample(person.login))).json()
    assert person.role in {role["role"] for role in me["roles"]}
    assert len(me["bindings"]) == (1 if person.tie else 0)
