"""Asks a caller who is signed in for his second factor once more, and writes it into a token of its own (BAL-5)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import FactorMissing, PersonUnknown, SessionEnded, StepUpRefused
from services.registry.oauth import sessions, tries
from services.registry.oauth.actions import use_totp
from services.registry.oauth.house import Porter
from services.registry.oauth.queries import rights_of
from services.registry.oauth.sessions import Method, granted
from services.registry.oauth.tokens import Bearer
from services.registry.tables.identity import Account, SignIn
from shared import audit
from shared.identity import Actor, StepUp

SAMPLE_CODE = "000000"
TOTP = "TOTP"


@dataclass(frozen=True, slots=True)
class SteppedUp:
    """The token that carries the step-up, and what it says."""

    access: str
    step_up: StepUp


async def step_up(db: AsyncSession, porter: Porter, actor: Actor, local: bool, otp: str) -> SteppedUp:
    """BAL-5. An access token of the same session that says by which method and when the second factor was shown.

    Errors: PersonUnknown, SessionEnded, FactorMissing (none is set up), StepUpRefused, SignInLocked (PRI-6: after five
    failures in a row). Real time, as every token.
    """
    now = datetime.now(UTC)
    account = await db.get(Account, actor.subject, with_for_update=True)
    if account is None:
        raise PersonUnknown
    session = await db.get(SignIn, actor.session)
    if session is None or session.ended_at is not None:
        raise SessionEnded(error="invalid_grant")
    method = _method(porter, account, local)
    row = await tries.locked_tries(db, tries.step_up_index(porter.keys, actor.subject), now)
    fits = otp == SAMPLE_CODE if method == Method.SAMPLE else use_totp(porter.keys, account, otp, now)
    if not fits:
        after = tries.count_failure(row, now)
        audit.note(db, "person", actor.subject, failures=after.failures, locked=after.is_locked(now))
        raise StepUpRefused
    tries.forgive(row)
    audit.note(db, "person", actor.subject, method=method)
    rights = granted(await rights_of(db, actor.subject, now), sessions.Method(session.method))
    stepped = StepUp(method, now)
    bearer = Bearer(
        actor.subject, "person", session.id, rights.grants, rights.homes, rights.until, stepped, rights.ties
    )
    return SteppedUp(porter.issuer.issue(bearer), stepped)


def _method(porter: Porter, account: Account, local: bool) -> str:
    """His authenticator; in the sample, on this machine, a code that everybody knows. Errors: FactorMissing."""
    if account.totp_confirmed_at is not None:
        return TOTP
    if porter.sample and local:
        return Method.SAMPLE
    raise FactorMissing
