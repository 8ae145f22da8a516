"""What sign-in needs of the running registry beside its database: the issuer and the mini-program."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.registry.oauth.mini_program import MiniProgram, NoMiniProgram, SampleMiniProgram, WeChat
from services.registry.oauth.tokens import Issuer
from services.registry.settings import RegistrySettings
from shared.edge import ReadingFactory
from shared.loopback import is_local
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Porter:
    """Everything a sign-in is checked and answered with."""

    issuer: Issuer
    mini_program: MiniProgram
    keys: Keys
    sample: bool
    reads: ReadingFactory
    """Opens a short read of its own, for what is looked at before something slow."""


def porter_for(settings: RegistrySettings, keys: Keys, reads: ReadingFactory) -> Porter:
    """The porter of this house; created once, at start."""
    issuer = Issuer(settings.keys, settings.public_url, settings.makes_keys)
    return Porter(issuer, _mini_program(settings), keys, settings.sample, reads)


def _mini_program(settings: RegistrySettings) -> MiniProgram:
    if settings.sample:
        return SampleMiniProgram()
    if settings.wechat_app_id and settings.wechat_app_secret:
        return WeChat(settings.wechat_app_id, settings.wechat_app_secret, settings.wechat_url)
    return NoMiniProgram()


async def _porter(request: Request) -> Porter:
    found: Porter = request.app.state.porter
    return found


async def _is_local(request: Request) -> bool:
    """Sample sign-ins are for nobody else: they need no secret."""
    return is_local(request)


AtTheDoor = Annotated[Porter, Depends(_porter)]
Local = Annotated[bool, Depends(_is_local)]
