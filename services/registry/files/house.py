"""What file routes need of the running house: its keys, its store, and the signer of links."""

from typing import Annotated

from fastapi import Depends, Request

from services.registry.settings import RegistrySettings
from shared.edge import house_of
from shared.files import References, SealedStore, sealed_store
from shared.sealing import Keys


async def _vault(request: Request) -> Keys:
    return house_of(request).keys


async def _links(request: Request) -> References:
    return References(house_of(request).keys.files)


async def _store(request: Request) -> SealedStore:
    """Opened at the first need and kept as long as the room runs."""
    state = request.app.state
    if not hasattr(state, "files"):
        settings = house_of(request).settings
        url = settings.files_url if isinstance(settings, RegistrySettings) else ""
        state.files = sealed_store(url, settings.data_dir)
    store: SealedStore = state.files
    return store


Vault = Annotated[Keys, Depends(_vault)]
Links = Annotated[References, Depends(_links)]
Store = Annotated[SealedStore, Depends(_store)]
