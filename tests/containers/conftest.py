"""One PostgreSQL of somebody else's for these tests; each test makes a house of its own on it."""

from collections.abc import Iterator

import pytest

from tests.containers.foreign import Foreign, foreign_postgres


@pytest.fixture(scope="session")
def foreign() -> Iterator[Foreign]:
    with foreign_postgres() as found:
        yield found
