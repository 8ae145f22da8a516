"""PRI-3, PRI-4: since when somebody is what he is to a home."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.registry.rules.door_codes import Relation

OWNERS_OWN = (Relation.OWNER, Relation.FAMILY)
"""The ties that stand on the ownership; a tenant's stands on his tenancy."""


@dataclass(frozen=True, slots=True)
class Span:
    """A binding of one person to one home; `end` None while it lasts."""

    relation: Relation
    begin: datetime
    end: datetime | None


def tied_since(lasting: Span, before: Collection[Span]) -> datetime:
    """PRI-3. When the household's time began: a binding that was replaced by another of the same side goes on in it.

    Who moved out and came back begins anew, and so does a tenant who becomes the owner: neither shall see what others
    said in this home before.
    """
    since = lasting.begin
    for span in sorted(before, key=lambda one: one.begin, reverse=True):
        same_side = (span.relation in OWNERS_OWN) == (lasting.relation in OWNERS_OWN)
        if span.end != since or not same_side:
            return since
        since = span.begin
    return since
