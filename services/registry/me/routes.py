"""The caller himself over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.registry.errors import (
    BindingUnknown,
    DoorCodeRefused,
    DoorCodeTries,
    FactorMissing,
    FactorRefused,
    LoginTaken,
    PasswordWeak,
    PersonUnknown,
    SessionEnded,
    SignInLocked,
    SignInRefused,
    answers,
)
from services.registry.me import actions, queries, stepping_up
from services.registry.me.schemas import (
    BindHome,
    ConfirmFactor,
    FactorSeen,
    MeSeen,
    MyBinding,
    SetPassword,
    ShowFactor,
    StepUpSeen,
    step_up_seen,
)
from services.registry.oauth.house import AtTheDoor, Local
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing, house_of
from shared.identity import SignedIn

router = APIRouter(prefix="/v1/me", tags=["registry"], route_class=EdgeRoute)


@router.get("", operation_id="get_me", summary="Who I am here", responses=answers(PersonUnknown))
async def get_me(request: Request, db: Reading, actor: SignedIn, now: Now) -> MeSeen:
    """My roles, homes and compounds as they stand now, and the next step."""
    return await queries.me(db, actor, house_of(request).keys, now)


@router.post(
    "/bindings",
    operation_id="bind_home",
    summary="Bind myself to a home",
    status_code=201,
    responses=answers(DoorCodeRefused, DoorCodeTries, PersonUnknown),
)
async def bind_home(db: Writing, actor: SignedIn, asked: BindHome, now: Now) -> MyBinding:
    """With the code that was handed over at my door. Refresh the token afterwards: it then carries the new tie."""
    binding = await actions.bind_home(db, actor, asked.code, now)
    return next(one for one in await queries.my_bindings(db, actor) if one.id == binding.id)


@router.delete(
    "/bindings/{binding_id}",
    operation_id="end_binding",
    summary="Leave a home",
    status_code=204,
    responses=answers(BindingUnknown),
)
async def end_binding(db: Writing, actor: SignedIn, binding_id: UUID, now: Now) -> None:
    """End my tie to a home, when the ownership or tenancy is over. Ending it again changes nothing."""
    await actions.end_binding(db, actor, binding_id, now)


@router.put(
    "/password",
    operation_id="set_password",
    summary="Set my password",
    status_code=204,
    responses=answers(PasswordWeak, SignInRefused, SignInLocked, LoginTaken, PersonUnknown),
)
async def set_password(db: Writing, porter: AtTheDoor, actor: SignedIn, asked: SetPassword) -> None:
    """At least 8 characters of three kinds, without the login. Every other session of mine ends."""
    await actions.set_password(db, porter, actor, asked)


@router.post(
    "/second-factors",
    operation_id="begin_factor",
    summary="Set up my second factor",
    openapi_extra=NEVER_REPLAYED,
    status_code=201,
    responses=answers(FactorRefused, PersonUnknown),
)
async def begin_factor(request: Request, db: Writing, actor: SignedIn) -> FactorSeen:
    """A secret for an authenticator app. It counts after its first code was confirmed."""
    secret, uri = await actions.begin_factor(db, actor, house_of(request).keys)
    return FactorSeen(secret=secret, uri=uri)


@router.post(
    "/step-ups",
    operation_id="step_up",
    summary="Show my second factor again",
    openapi_extra=NEVER_REPLAYED,
    status_code=201,
    responses=answers(FactorRefused, FactorMissing, SignInLocked, SessionEnded, PersonUnknown),
)
async def step_up(
    db: Writing, porter: AtTheDoor, local: Local, actor: SignedIn, asked: ShowFactor, response: Response
) -> StepUpSeen:
    """An access token of this session that proves it: an owners' ballot is signed with one not older than five
    minutes. The refresh token stays as it is."""
    response.headers["Cache-Control"] = "no-store"
    return step_up_seen(await stepping_up.step_up(db, porter, actor, local, asked.otp))


@router.post(
    "/second-factors/confirmations",
    operation_id="confirm_factor",
    summary="Confirm my second factor",
    status_code=204,
    responses=answers(FactorRefused, PersonUnknown),
)
async def confirm_factor(request: Request, db: Writing, actor: SignedIn, asked: ConfirmFactor) -> None:
    """The code that the app shows now; from then on sign-in asks for one."""
    await actions.confirm_factor(db, actor, house_of(request).keys, asked.code)
