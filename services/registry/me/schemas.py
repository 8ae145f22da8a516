"""How a person sees himself: his roles, homes, compounds and the next step."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.me.stepping_up import SteppedUp
from services.registry.rules.next_steps import NextStep
from services.registry.rules.roles import Role
from services.registry.rules.sign_in import ACCESS_LIVES
from shared.wire import Input, Instant, Output, Text, example

_BINDING: dict[str, object] = {
    "id": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c",
    "home_id": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3d",
    "home": "3号楼2单元501",
    "compound_id": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3e",
    "relation": "OWNER",
    "bound_at": "2026-03-08T01:30:00Z",
}
_COMPOUND: dict[str, object] = {
    "id": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3e",
    "code": "140109013001001",
    "name": "晋阳小区",
    "roles": ["OWNER", "RESIDENT"],
}


class MyBinding(Output):
    """One of my homes."""

    model_config = Output.model_config | example(**_BINDING)
    id: UUID
    home_id: UUID
    home: str
    compound_id: UUID
    relation: str
    bound_at: Instant


class MyRole(Output):
    """A role and the code under which I hold it."""

    role: Role
    scope: str


class MyCompound(Output):
    """A compound that I have to do with, and as what. Reach over many compounds is told by roles alone."""

    id: UUID
    code: str
    name: str
    roles: list[Role]


class MeSeen(Output):
    """Who I am here, what I may do, and what comes next."""

    model_config = Output.model_config | example(
        id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3f",
        name="王*",
        login=None,
        roles=[{"role": "OWNER", "scope": "140109013001001"}],
        bindings=[_BINDING],
        compounds=[_COMPOUND],
        second_factor=False,
        next_step="NOTHING",
        allowed=["bind_home", "end_binding", "step_up", "set_password", "begin_factor", "confirm_factor"],
    )
    id: UUID
    name: str | None
    login: str | None
    roles: list[MyRole]
    bindings: list[MyBinding]
    compounds: list[MyCompound]
    second_factor: bool
    next_step: NextStep
    allowed: list[str]


class BindHome(Input):
    """The code that was handed over at the door."""

    model_config = Input.model_config | example(code="K7QF9-M2PXR")
    code: Annotated[str, Text(40)]


class SetPassword(Input):
    """A new password, and the present one if this session began with it. Whoever has no login yet chooses it here."""

    model_config = Input.model_config | example(password="Linli-2026-hao", present="Linli-2025-hao", login=None)
    password: Annotated[str, Field(min_length=1, max_length=128)]
    present: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    login: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{2,49}$")] | None = None


class FactorSeen(Output):
    """The secret for an authenticator app, shown this once; it counts after the first code from it."""

    model_config = Output.model_config | example(
        secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",  # an example
        uri="otpauth://totp/Linli:wanggeyuan01?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Linli",
    )
    secret: str
    uri: str


class ConfirmFactor(Input):
    """The code that the authenticator app shows now."""

    model_config = Input.model_config | example(code="123456")
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class ShowFactor(Input):
    """The code that the authenticator app shows now; in the sample 000000, where none is set up."""

    model_config = Input.model_config | example(otp="000000")
    otp: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class StepUpSeen(Output):
    """A bearer token that carries the step-up. `method`: TOTP, or SAMPLE in the sample."""

    model_config = Output.model_config | example(
        access_token="eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiZDdmNiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3In0.c2lnbmF0dXJl",
        token_type="Bearer",
        expires_in=600,
        method="TOTP",
        at="2026-12-02T03:12:00Z",
    )
    access_token: str
    token_type: str
    expires_in: int
    method: str
    at: Instant


def step_up_seen(found: SteppedUp) -> StepUpSeen:
    return StepUpSeen(
        access_token=found.access,
        token_type="Bearer",  # RFC 6750's name of the type
        expires_in=int(ACCESS_LIVES.total_seconds()),
        method=found.step_up.method,
        at=found.step_up.at,
    )
