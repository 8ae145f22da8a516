"""Who and what a run of the story works with: people it signs in as, the compound it opened, what each scene left."""

from dataclasses import dataclass, field
from typing import Any

from tests.journeys.stage import Person, SceneFailed, Stage

# Sample sign-ins that every sample house has; all other people of the story are new in each run.
ADMINISTRATOR = "dev:administrator"
OFFICER = "dev:officer"
SECRETARY = "dev:secretary"


@dataclass
class Cast:
    """What the scenes hand on to each other."""

    administrator: Person
    officer: Person
    secretary: Person
    compound: dict[str, Any] = field(default_factory=dict)
    homes: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    buildings: tuple[str, ...] = ()
    """Where homes are surveyed and balloted; none is the whole compound."""
    households: list[tuple[Person, str]] = field(default_factory=list)
    """Somebody of each home that joined, and the home's id."""
    topic: str = ""
    """The lamp's topic, from its proposal to its archive."""
    task: str = ""

    @property
    def code(self) -> str:
        """The compound's 15 digits."""
        return str(self.compound["code"])

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


def new_cast(buildings: tuple[str, ...] = ()) -> Cast:
    administrator, officer = Person("the administrator", ADMINISTRATOR), Person("the officer", OFFICER)
    return Cast(administrator, officer, Person("the secretary", SECRETARY), buildings=buildings)


def give_role(stage: Stage, cast: Cast, name: str, role: str, by: Person, scope: str | None = None) -> Person:
    """Somebody new signs in for the first time and is given a role on the compound; his token then carries it."""
    person = cast.people.get(name) or stage.somebody(name)
    person.id = stage.get(f"{name} signs in from the mini-program", "/v1/me", person)["id"]
    grant = {"holder": person.id, "role": role, "scope": cast.code if scope is None else scope}
    stage.post(f"{by.name} makes him {role}", "/v1/roles", by, grant, expect=201)
    stage.sign_in(person)
    cast.people[name] = person
    return person


def community_of(told: dict[str, Any]) -> str:
    """The community that a secretary's grant reaches."""
    for grant in told["roles"]:
        if grant["role"] == "SECRETARY" and len(grant["scope"]) >= 12:
            return str(grant["scope"][:12])
    raise SceneFailed(f"the secretary has no community: {told['roles']}")
