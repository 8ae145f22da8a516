"""Give an authority, and end it: always under the head lock, which casts and other authorities take too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.actions import Moment
from services.election.ballots.running import party_of, running
from services.election.elections.queries import rules_of
from services.election.errors import HomeNotOnRoll, ProxyRefused, ProxyUnknown
from services.election.history import who
from services.election.log.appending import Line, append
from services.election.proxies.queries import principals_of, visible
from services.election.rules.cast_wording import CAST_WORDS, PROXY_WORDS
from services.election.rules.casting import Capacity, CastWhy, Warrant, online_refusal
from services.election.rules.commitments import Said, authority_said, commitment, salt_of
from services.election.rules.leaves import LeafType
from services.election.rules.parameters import Kind, Online
from services.election.rules.proxies import WARRANTS, Authority, Giver, ProxyWhy, refusal
from services.election.rules.roles import DESK_ROLES
from services.election.tables import BallotBox, Election, Proxy, RollEntry
from shared import audit
from shared.database import new_id
from shared.files import References
from shared.identity import Actor
from shared.problems import RoleForbidden
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Given:
    """An authority as it comes in: the home of the entitlement (None: a member's own), for whom, by which paper."""

    home_id: UUID | None
    warrant: Warrant
    agent_id: UUID
    paper: str | None


async def register_proxy(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, given: Given, moment: Moment
) -> tuple[Proxy, RollEntry]:
    """BAL-4. By the principal himself, signed with a fresh second factor, or by the desk with the paper.

    Errors: ElectionUnknown, NotOpen, HomeNotOnRoll, ProxyRefused (also: no fresh second factor),
    ReferenceRefused.
    """
    paper = _paper(keys, actor, given.paper, moment.now)
    election, box = await running(db, actor, election_id, moment.now)
    entry, owners, giver = await _principal(db, actor, election, given.home_id)
    if giver is Giver.PRINCIPAL:
        _check_signed(actor, election, moment.real)
    proxy = Proxy(
        id=new_id(),
        election_id=election.id,
        entry_id=entry.id,
        warrant=given.warrant,
        agent_id=given.agent_id,
        given_by=who(actor),
        paper_file=paper,
        at=moment.now,
    )
    asked = await _authority(db, election, proxy, giver, entry.basis, owners)
    why = refusal(asked, rules_of(election).proxy_principals)
    if why is not None:
        raise _refused(why)
    if election.log_version > 1:
        proxy.log_index = await _write_down(db, box, entry, proxy)
    db.add(proxy)
    await db.flush()
    audit.note(db, "proxy", proxy.id, election.compound_code, warrant=given.warrant, agent=str(given.agent_id))
    return proxy, entry


async def _write_down(db: AsyncSession, box: BallotBox, entry: RollEntry, proxy: Proxy) -> int:
    """Its AUTHORITY line: what it is and whether its paper was there, so that neither is claimed later."""
    line = {"who": commitment(authority_salt(entry.salt, proxy.id), said_of(proxy)).hex()}
    return await append(db, box, [Line(LeafType.AUTHORITY, line)], proxy.at)


def said_of(proxy: Proxy) -> Said:
    """As its AUTHORITY line commits to it: a paper that came later has a line of its own."""
    first = proxy.paper_file if proxy.letter_index is None else None
    place = (str(proxy.election_id), str(proxy.entry_id))
    return authority_said(*place, proxy.id, proxy.warrant, first.split(" ")[1] if first else "")


def authority_salt(entry_salt: bytes, proxy_id: UUID) -> bytes:
    return salt_of(entry_salt, f"authority/{proxy_id}")


async def _write_letter(db: AsyncSession, box: BallotBox, entry: RollEntry, proxy: Proxy, now: datetime) -> int:
    """The LETTER line of a paper that came later: to which authority it belongs, and under a salt which file it is."""
    digest = str(proxy.paper_file).split(" ")[1]
    letter = commitment(salt_of(entry.salt, f"letter/{proxy.id}"), {"paper": digest}).hex()
    return await append(db, box, [Line(LeafType.LETTER, {"of": proxy.log_index or 0, "paper": letter})], now)


def _paper(keys: Keys, actor: Actor, token: str | None, now: datetime) -> str | None:
    """Which file the paper is, for good. Errors: ReferenceRefused."""
    if token is None:
        return None
    file = References(keys.files).attached(token, actor.subject, now)
    return f"{file.id} {file.sha256}"


async def _principal(
    db: AsyncSession, actor: Actor, election: Election, home_id: UUID | None
) -> tuple[RollEntry, frozenset[UUID], Giver]:
    """Whose authority it is, his co-owners, and who hands it in. Errors: HomeNotOnRoll."""
    if home_id is None:
        member = await _member(db, actor, election)
        return member, frozenset(member.owner_ids), Giver.PRINCIPAL
    party = await party_of(db, actor, election, home_id)
    if party.own is Capacity.OWNER:
        return party.entry, party.owners, Giver.PRINCIPAL
    if not party.desk:
        raise HomeNotOnRoll
    return party.entry, party.owners, Giver.DESK


async def _member(db: AsyncSession, actor: Actor, election: Election) -> RollEntry:
    is_mine = literal(actor.subject, Uuid()) == any_(RollEntry.owner_ids)
    own = select(RollEntry).where(RollEntry.election_id == election.id, is_mine)
    found = (await db.execute(own)).scalar_one_or_none() if election.kind == Kind.MEMBERS else None
    if found is None:
        raise HomeNotOnRoll
    return found


def _check_signed(actor: Actor, election: Election, real: datetime) -> None:
    """BAL-4, BAL-5. Written, by the principal himself: signed as his ballot would be."""
    stepped_at = actor.step_up.at if actor.step_up is not None else None
    why = online_refusal(Kind(election.kind), Online.OWN, stepped_at, real)
    if why is not None:
        raise _refused(why)


async def _authority(
    db: AsyncSession, election: Election, proxy: Proxy, giver: Giver, basis: str, owners: frozenset[UUID]
) -> Authority:
    stands = select(func.count()).where(
        Proxy.election_id == election.id, Proxy.entry_id == proxy.entry_id, Proxy.ended_at.is_(None)
    )
    return Authority(
        kind=Kind(election.kind),
        basis=basis,
        warrant=Warrant(proxy.warrant),
        agent=proxy.agent_id,
        owners=owners,
        giver=giver,
        has_paper=proxy.paper_file is not None,
        principals=await principals_of(db, proxy, _counted()),
        stands=(await db.execute(stands)).scalar_one() > 0,
    )


def _counted() -> list[Warrant]:
    return [warrant for warrant, needs in WARRANTS.items() if needs.counted]


def _refused(why: ProxyWhy | CastWhy) -> ProxyRefused:
    zh, en = CAST_WORDS[why] if isinstance(why, CastWhy) else PROXY_WORDS[why]
    return ProxyRefused(why=why, why_zh=zh, why_en=en)


async def file_letter(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, proxy_id: UUID, token: str, now: datetime
) -> tuple[Proxy, RollEntry]:
    """VOTE-1. The desk puts the paper of an authority on file, before closing; one that is there stays.

    Errors: ElectionUnknown, NotOpen, RoleForbidden, ProxyUnknown, ProxyRefused, ReferenceRefused.
    """
    paper = _paper(keys, actor, token, now)
    election, box = await running(db, actor, election_id, now)
    if not actor.holds(DESK_ROLES, election.compound_code):
        raise RoleForbidden(needed=sorted(DESK_ROLES))
    found = (await db.execute(visible(actor, election.id, True).where(Proxy.id == proxy_id))).one_or_none()
    if found is None:
        raise ProxyUnknown
    proxy, entry = found
    if proxy.paper_file is not None:
        raise _refused(ProxyWhy.PAPER_ON_FILE)
    proxy.paper_file = paper
    if proxy.log_index is not None:
        proxy.letter_index = await _write_letter(db, box, entry, proxy, now)
    audit.note(db, "proxy", proxy.id, election.compound_code)
    return proxy, entry


async def end_proxy(db: AsyncSession, actor: Actor, election_id: UUID, proxy_id: UUID, now: datetime) -> None:
    """By its principal, its agent or the desk; what he cast before stands. Ending it again changes nothing.

    Errors: ElectionUnknown, NotOpen, ProxyUnknown.
    """
    election, _ = await running(db, actor, election_id, now)
    desk = actor.holds(DESK_ROLES, election.compound_code)
    found = (await db.execute(visible(actor, election.id, desk).where(Proxy.id == proxy_id))).one_or_none()
    if found is None:
        raise ProxyUnknown
    proxy: Proxy = found[0]
    if proxy.ended_at is None:
        proxy.ended_at, proxy.ended_by = now, who(actor)
    audit.note(db, "proxy", proxy.id, election.compound_code)
