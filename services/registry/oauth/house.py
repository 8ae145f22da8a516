"""What sign-in needs of the running registry beside its database: the issuer and the mini-program."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.registry.oauth.mini_program import MiniProgram, NoMiniProgram, SampleMiniProgram, WeChat
from services.registry.oauth.tokens import Issuer
from services.registry.settings import RegistrySettings
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Porter:
    """Everything a sign-in is checked and answered with."""

    issuer: Issuer
    mini_program: MiniProgram
    keys: Keys
    sample: bool


def porter_for(settings: RegistrySettings, keys: Keys) -> Porter:
    """The porter of this house; created once, at start."""
    issuer = Issuer(settings.data_dir / "keys", settings.public_url)
    return Porter(issuer, _mini_program(settings), keys, settings.sample)


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
    """Whether the caller sits on this very machine; sample sign-ins are for nobody else."""
    return request.client is not None and request.client.host in {"127.0.0.1", "::1"}


AtTheDoor = Annotated[Porter, Depends(_porter)]
Local = Annotated[bool, Depends(_is_local)]
