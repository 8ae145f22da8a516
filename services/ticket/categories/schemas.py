"""How categories look on the wire."""

from typing import Annotated

from pydantic import Field

from services.ticket.rules.categories import Standard
from shared.wire import Flag, Input, Output, Text, example

_NAMES = {"zh": "楼道灯不亮", "en": "Stair lamp out"}
_CODES = [{"std_ref": "GB/T 47678.5-2026", "kind": "matter", "code": "01037"}]
Code = Annotated[str, Field(pattern=r"^[a-z_]{1,24}\.[a-z_]{1,24}$")]


class CatalogueEntry(Input):
    """What a public catalogue calls it; `kind` belongs to the key, for codes repeat between kinds."""

    model_config = Input.model_config | example(**_CODES[0])

    std_ref: Standard
    kind: Annotated[str, Field(pattern=r"^(event|component|matter|object)$")]
    code: Annotated[str, Field(pattern=r"^[0-9]{2,6}$")]


class ChangeCategory(Input):
    """A category as it shall be. Where the community may not lead, the ticket goes up (TKT-7)."""

    model_config = Input.model_config | example(**_NAMES, community_may_lead=True, active=True, catalogue=_CODES)

    zh: Annotated[str, Text(40)]
    en: Annotated[str, Text(80)]
    community_may_lead: Flag
    active: Flag = True
    catalogue: Annotated[list[CatalogueEntry], Field(max_length=8)] = []


class NewCategory(ChangeCategory):
    """A category under a new code, group before the dot."""

    model_config = Input.model_config | example(
        code="facilities.stair_rail",
        **{**_NAMES, "zh": "楼梯扶手损坏", "en": "Broken stair rail"},
        community_may_lead=True,
        active=True,
        catalogue=[],
    )

    code: Code


class CatalogueSeen(Output):
    """A code of a public catalogue."""

    model_config = Output.model_config | example(**_CODES[0])

    std_ref: str
    kind: str
    code: str


class CategorySeen(Output):
    """What a ticket may be about."""

    model_config = Output.model_config | example(
        code="facilities.stair_lamp", **_NAMES, community_may_lead=True, active=True, catalogue=_CODES, version=1
    )

    code: str
    zh: str
    en: str
    community_may_lead: bool
    active: bool
    catalogue: list[CatalogueSeen]
    version: int
