"""When an edit may stand: the version a reader saw travels as ETag and comes back as If-Match."""

import re
from typing import Annotated

from fastapi import Header

from shared.problems import Malformed, StaleVersion, VersionNeeded

TAG = re.compile(r'(?:W/)?"([0-9]{1,18})"', re.ASCII)


def etag(version: int) -> dict[str, str]:
    """The header that tells a reader which version he sees."""
    return {"ETag": f'"{version}"'}


async def wanted_version(
    if_match: Annotated[str | None, Header(description="The ETag that you read.", examples=['"3"'])] = None,
) -> int:
    """The version the caller wants to change. VersionNeeded without one, Malformed when it is no ETag of ours."""
    if if_match is None:
        raise VersionNeeded
    found = TAG.fullmatch(if_match.strip())
    if found is None:
        raise Malformed(reason_zh="If-Match 应为读取时得到的 ETag。", reason_en="If-Match takes the ETag you read.")
    return int(found[1])


def check_version(wanted: int, current: int) -> None:
    """StaleVersion if somebody changed the row meanwhile. Call it with the row locked."""
    if wanted != current:
        raise StaleVersion
