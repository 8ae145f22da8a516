"""Seals and opens answers, each edition under a key of its own (PRI-2)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.survey.rules.answers import without
from services.survey.rules.reading import Sent
from services.survey.tables import Answers
from shared.sealing import Keys, Label


@dataclass(frozen=True, slots=True)
class Opened:
    """In clear; never logged, never in a history. `given` is as sent, `values` is by JSON pointer as re-checked."""

    given: Mapping[str, Sent]
    values: Mapping[str, str]

    def but(self, pointers: frozenset[str]) -> "Opened":
        """What remains without the answers at these places."""
        kept = {at: value for at, value in self.values.items() if at not in pointers}
        return Opened(without(self.given, pointers), kept)


def sealed_answers(keys: Keys, instance_id: UUID, answers: Opened) -> Answers:
    whose = str(instance_id)
    key, wrapped = keys.new_key(Label("survey.answers.key", whose))
    content = json.dumps({"given": answers.given, "values": answers.values}).encode()
    return Answers(
        instance_id=instance_id, key_wrapped=wrapped, sealed=key.seal(content, Label("survey.answers", whose))
    )


def opened(keys: Keys, row: Answers) -> Opened:
    whose = str(row.instance_id)
    key = keys.unwrap(row.key_wrapped, Label("survey.answers.key", whose))
    said = json.loads(key.open(row.sealed, Label("survey.answers", whose)))
    return Opened(said["given"], said["values"])


def digest_of(keys: Keys, content: Mapping[str, object]) -> bytes:
    """Keyed, so that the few possible answers cannot be tried against it."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return keys.blind_index("survey.edition", text, str)
