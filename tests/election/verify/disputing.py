"""The tamper corpus, continued: what an office could claim or hide afterwards of objections, letters, capacities and
deliveries, had the log not said it before the closing."""

import copy
import json
from typing import Any
from uuid import UUID

from services.election.rules.commitments import commitment, objection_said
from services.election.rules.record import Edition
from tests.election.verify import golden as g
from tests.election.verify.golden import (
    FIRST,
    SILENT,
    T1,
    Line,
    Lines,
    Mutation,
    all_of,
    body_of,
    leaves,
    say,
    signed_anew,
)

PUBLIC, COMPLETE = Edition.PUBLIC, Edition.COMPLETE
SALT = "33" * 32


def with_fault(lines: Lines, fault: str | None, kind: str = "BALLOT") -> Line:
    return next(line for line in all_of(lines, kind) if line.get("fault") == fault and line.get("effective", True))


def insert(lines: Lines, before: Line, type_: str, **said: Any) -> int:
    """A further leaf before another, under a notary that signs anew; its index. What stands later keeps its names."""
    body = {"type": type_, "day": body_of(before)["day"], **said}
    at = before["index"]
    lines.insert(lines.index(before), {"line": "LEAF", "index": at, "body": g.canonical(body).decode()})
    g.renumbered(lines)
    for line in all_of(lines, "LEAF")[at + 1 :]:
        told = json.loads(line["body"])
        if told.get("of", -1) >= at:
            say(line, of=told["of"] + 1)
    for line in [*all_of(lines, "BALLOT"), *all_of(lines, "OPENING"), *all_of(lines, "EFFECTIVE")]:
        line["index"] += line["index"] >= at
    signed_anew(lines)
    return int(at)


def objection(lines: Lines, before: Line) -> None:
    """Somebody is said to have objected to a good ballot: the leaf, its opening, and the fault."""
    ballot = with_fault(lines, None)
    said = objection_said(ballot["who"]["election"], ballot["who"]["entry"], UUID(int=9))
    who = commitment(bytes.fromhex(SALT), said).hex()
    at = insert(lines, before, "OBJECTION", of=ballot["index"], who=who)
    first = all_of(lines, "OPENING")[0]
    lines.insert(lines.index(first), {"line": "OPENING", "index": at, "salt": SALT, "said": said})
    ballot["fault"] = "OBJECTED"
    lines[-1]["lines"] += 1


def invented_after_closing(lines: Lines) -> None:
    objection(lines, leaves(lines, "STATUS")[0])


def invented_at_the_closing(lines: Lines) -> None:
    """The CLOSE leaf itself is rewritten and signed: no objection stands for it."""
    ballot = with_fault(lines, None, "EFFECTIVE")
    ballot["fault"] = "OBJECTED"
    close = leaves(lines, "CLOSE")[0]
    faults = body_of(close)["faults"]
    say(close, faults=faults | {"OBJECTED": sorted([*faults["OBJECTED"], ballot["index"]])})
    signed_anew(lines)


def letters_claimed_in_public(lines: Lines) -> None:
    del with_fault(lines, "NO_LETTER", "EFFECTIVE")["fault"]


def invented_before_closing(lines: Lines) -> None:
    """Wholly consistent, but for the checkpoints of then and the figures of the count."""
    objection(lines, leaves(lines, "CLOSE")[0])


def invented_without_a_leaf(lines: Lines) -> None:
    with_fault(lines, None)["fault"] = "OBJECTED"


def invented_in_public(lines: Lines) -> None:
    with_fault(lines, None, "EFFECTIVE")["fault"] = "OBJECTED"


def forgotten(lines: Lines) -> None:
    with_fault(lines, "OBJECTED")["fault"] = None


def forgotten_in_public(lines: Lines) -> None:
    del with_fault(lines, "OBJECTED", "EFFECTIVE")["fault"]


def moved_in_public(lines: Lines) -> None:
    """Another's ballot is made invalid in its place: as many as the log has."""
    forgotten_in_public(lines)
    with_fault(lines, None, "EFFECTIVE")["fault"] = "OBJECTED"


def settled_afterwards(lines: Lines) -> None:
    ballot = with_fault(lines, "OBJECTED")
    against = next(line for line in leaves(lines, "OBJECTION") if body_of(line)["of"] == ballot["index"])
    insert(lines, leaves(lines, "STATUS")[0], "SETTLED", of=against["index"])
    ballot["fault"] = None


def settled_twice(lines: Lines) -> None:
    insert(lines, leaves(lines, "CLOSE")[0], "SETTLED", of=body_of(leaves(lines, "SETTLED")[0])["of"])


def settled_nothing(lines: Lines) -> None:
    say(leaves(lines, "SETTLED")[0], of=leaves(lines, "CAST")[0]["index"])
    signed_anew(lines)


def against_nothing(lines: Lines) -> None:
    say(leaves(lines, "OBJECTION")[0], of=leaves(lines, "OPENED")[0]["index"])
    signed_anew(lines)


def unopened(lines: Lines) -> None:
    lines.remove(all_of(lines, "OPENING")[-1])
    lines[-1]["lines"] -= 1


def opened_twice(lines: Lines) -> None:
    lines.insert(-1, copy.deepcopy(all_of(lines, "OPENING")[-1]))
    lines.insert(lines.index(all_of(lines, "RESULT")[0]), lines.pop(-2))
    lines[-1]["lines"] += 1


def of_another_home(lines: Lines) -> None:
    """The objection is opened, and committed, as one of another home."""
    opening = next(line for line in all_of(lines, "OPENING") if "objector" in line["said"])
    ballot = next(line for line in all_of(lines, "BALLOT") if line["who"]["entry"] != opening["said"]["entry"])
    opening["said"]["entry"] = ballot["who"]["entry"]
    _recommit(lines, opening, opening["said"])


def opened_as_an_authority(lines: Lines) -> None:
    """An objection that is none any more."""
    opening = next(line for line in all_of(lines, "OPENING") if "objector" in line["said"])
    authority = next(line["said"] for line in all_of(lines, "OPENING") if "warrant" in line["said"])
    opening["said"] = {**authority, "entry": opening["said"]["entry"], "authority": "x"}
    _recommit(lines, opening, opening["said"])


def by_the_caster_himself(lines: Lines) -> None:
    """Who cast is said to be who objected, so that the objection has no effect."""
    ballot = with_fault(lines, "OBJECTED")
    objections = (line for line in all_of(lines, "OPENING") if "objector" in line["said"])
    opening = next(line for line in objections if line["said"]["entry"] == ballot["who"]["entry"])
    opening["said"]["objector"], ballot["fault"] = ballot["who"]["caster"], None


def _recommit(lines: Lines, opened: Line, said: Line) -> None:
    salt = bytes.fromhex(opened.get("salt") or opened["who_salt"])
    g.commit(lines, opened["index"], who=commitment(salt, said).hex())


def letter_claimed(lines: Lines) -> None:
    with_fault(lines, "NO_LETTER")["fault"] = None


def letter_hidden(lines: Lines) -> None:
    """An agent's ballot that is good is said to lack its letter."""
    standing = (line for line in all_of(lines, "BALLOT") if line["effective"] and not line["fault"])
    next(line for line in standing if line["who"]["authority"])["fault"] = "NO_LETTER"


def _authority_without(lines: Lines) -> Line:
    authority = with_fault(lines, "NO_LETTER")["who"]["authority"]
    return next(line for line in all_of(lines, "OPENING") if line["said"].get("authority") == authority)


def letter_filed_afterwards(lines: Lines) -> None:
    insert(lines, leaves(lines, "STATUS")[0], "LETTER", of=_authority_without(lines)["index"], paper="00" * 32)
    letter_claimed(lines)


def letter_there_before(lines: Lines) -> None:
    """The authority is opened as if its letter had been on file when it was given."""
    _authority_without(lines)["said"]["paper"] = "ab" * 32
    letter_claimed(lines)


def letter_of_an_objection(lines: Lines) -> None:
    say(leaves(lines, "LETTER")[0], of=leaves(lines, "OBJECTION")[0]["index"])
    signed_anew(lines)


def letter_twice(lines: Lines) -> None:
    insert(lines, leaves(lines, "CLOSE")[0], "LETTER", of=body_of(leaves(lines, "LETTER")[0])["of"], paper="00" * 32)


def another_warrant(lines: Lines) -> None:
    _authority_without(lines)["said"]["warrant"] = "PROXY"
    letter_claimed(lines)


def _by_an_agent(lines: Lines) -> Line:
    return next(line for line in all_of(lines, "BALLOT") if line["capacity"] == "PROXY")


def capacity_changed(lines: Lines) -> None:
    _by_an_agent(lines)["capacity"] = "OWNER"


def capacity_changed_inside(lines: Lines) -> None:
    ballot = _by_an_agent(lines)
    ballot["capacity"] = ballot["who"]["capacity"] = "OWNER"


def capacity_recommitted(lines: Lines) -> None:
    """In the leaf itself, under a notary that signs it."""
    ballot = _by_an_agent(lines)
    ballot["capacity"] = ballot["who"]["capacity"] = "OWNER"
    _recommit(lines, ballot, ballot["who"])


def authority_of_nobody(lines: Lines) -> None:
    ballot = _by_an_agent(lines)
    ballot["who"]["authority"] = str(UUID(int=8))
    _recommit(lines, ballot, ballot["who"])


def authority_of_another(lines: Lines) -> None:
    ballot = _by_an_agent(lines)
    ballot["who"]["authority"] = next(
        line["said"]["authority"]
        for line in all_of(lines, "OPENING")
        if "warrant" in line["said"] and line["said"]["entry"] != ballot["who"]["entry"]
    )
    _recommit(lines, ballot, ballot["who"])


def owner_by_authority(lines: Lines) -> None:
    """A ballot of one's own right is said to rest on an authority."""
    ballot = next(line for line in all_of(lines, "BALLOT") if line["capacity"] == "OWNER")
    openings = (line["said"] for line in all_of(lines, "OPENING"))
    ballot["who"]["authority"] = next(said["authority"] for said in openings if "warrant" in said)
    _recommit(lines, ballot, ballot["who"])


def delivery_claimed(lines: Lines) -> None:
    next(line for line in all_of(lines, "ENTRY") if not line["delivered"])["delivered"] = True


def delivery_moved(lines: Lines) -> None:
    """As many as before, of another home."""
    proven = next(line for line in all_of(lines, "ENTRY") if line["delivered"])
    delivery_claimed(lines)
    proven["delivered"] = False


def delivery_root_rewritten(lines: Lines) -> None:
    say(leaves(lines, "CLOSE")[0], delivered="00" * 32)
    signed_anew(lines)


def fewer_deliveries_than_counted(lines: Lines) -> None:
    say(leaves(lines, "CLOSE")[0], deliveries=1)
    signed_anew(lines)


def first_version_claimed(lines: Lines) -> None:
    """Called a log that holds none of these."""
    lines[0]["version"] = 1
    for ballot in all_of(lines, "BALLOT"):
        ballot["fault"] = None


def second_version_claimed(lines: Lines) -> None:
    lines[0]["version"] = 2


def _m(what: str, record: str, edition: Edition, change: Any, code: str) -> Mutation:
    return Mutation(what, record, edition, change, code)


DISPUTES = [
    _m("an objection is invented after the closing", T1, COMPLETE, invented_after_closing, "LATE_LEAF"),
    _m("an objection is slipped in and signed anew", T1, COMPLETE, invented_before_closing, "FIGURES"),
    _m("an objection is invented that no leaf has", T1, COMPLETE, invented_without_a_leaf, "FAULT"),
    _m("a ballot more is invalid by objection", T1, PUBLIC, invented_in_public, "FAULT"),
    _m("a ballot is invalid by the closing alone", T1, PUBLIC, invented_at_the_closing, "FAULT"),
    _m("a letter is claimed", T1, PUBLIC, letters_claimed_in_public, "FAULT"),
    _m("an objection is forgotten", T1, COMPLETE, forgotten, "FAULT"),
    _m("an objection is forgotten", T1, PUBLIC, forgotten_in_public, "FAULT"),
    _m("another ballot is invalid in its place", T1, PUBLIC, moved_in_public, "FAULT"),
    _m("an objection is settled after the closing", T1, COMPLETE, settled_afterwards, "LATE_LEAF"),
    _m("an objection is settled twice", T1, COMPLETE, settled_twice, "SETTLED"),
    _m("what is no objection is settled", T1, PUBLIC, settled_nothing, "SETTLED"),
    _m("an objection is against no ballot", T1, PUBLIC, against_nothing, "OBJECTION"),
    _m("an opening is hidden", T1, COMPLETE, unopened, "OPENING"),
    _m("an opening stands twice", T1, COMPLETE, opened_twice, "OPENING"),
    _m("an objection is of another home", T1, COMPLETE, of_another_home, "OPENING"),
    _m("an objection is opened as an authority", T1, COMPLETE, opened_as_an_authority, "OPENING"),
    _m("the caster is said to have objected", T1, COMPLETE, by_the_caster_himself, "OPENING"),
    _m("a letter is claimed", T1, COMPLETE, letter_claimed, "FAULT"),
    _m("a letter is hidden", T1, COMPLETE, letter_hidden, "FAULT"),
    _m("a letter is filed after the closing", T1, COMPLETE, letter_filed_afterwards, "LATE_LEAF"),
    _m("a letter is said to have been there before", T1, COMPLETE, letter_there_before, "OPENING"),
    _m("a letter belongs to no authority", T1, COMPLETE, letter_of_an_objection, "LETTER"),
    _m("a letter is filed twice", T1, PUBLIC, letter_twice, "LETTER"),
    _m("an agent becomes a plain proxy", T1, COMPLETE, another_warrant, "OPENING"),
    _m("a capacity is another", T1, COMPLETE, capacity_changed, "BALLOT"),
    _m("a capacity is another in the opening too", T1, COMPLETE, capacity_changed_inside, "OPENING"),
    _m("a capacity is another in the leaf too", T1, COMPLETE, capacity_recommitted, "AUTHORITY"),
    _m("a ballot rests on an authority of nobody", T1, COMPLETE, authority_of_nobody, "AUTHORITY"),
    _m("a ballot rests on another home's authority", T1, COMPLETE, authority_of_another, "AUTHORITY"),
    _m("an owner's ballot rests on an authority", T1, COMPLETE, owner_by_authority, "AUTHORITY"),
    _m("a delivery is claimed", SILENT, COMPLETE, delivery_claimed, "DELIVERED"),
    _m("a delivery is another home's", SILENT, COMPLETE, delivery_moved, "DELIVERED"),
    _m("the deliveries are rewritten and signed", SILENT, COMPLETE, delivery_root_rewritten, "DELIVERED"),
    _m("more silent ones count than were delivered to", SILENT, PUBLIC, fewer_deliveries_than_counted, "DELIVERED"),
    _m("it is called a log of the first version", T1, COMPLETE, first_version_claimed, "VERSION"),
    _m("a log of the first version is called one of the second", FIRST, PUBLIC, second_version_claimed, "VERSION"),
]
