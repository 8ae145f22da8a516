"""The house's keys as a route's dependency: personal values are opened and sealed where they are shown and entered."""

from typing import Annotated

from fastapi import Depends, Request

from shared.edge import house_of
from shared.sealing import Keys


async def house_keys(request: Request) -> Keys:
    return house_of(request).keys


HouseKeys = Annotated[Keys, Depends(house_keys)]
