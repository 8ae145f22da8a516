"""Rule sets over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.errors import AlreadySigned, RuleSetUnknown, RulesRefused, answers
from services.election.rules.parameters import Preset
from services.election.rules.roles import DESK_ROLES, Role
from services.election.rulesets import actions, queries, shown
from services.election.rulesets.schemas import ChangeRuleSet, NewRuleSet, NewSignOff
from services.election.rulesets.shown import ParametersSeen, RuleSetListed, RuleSetSeen
from services.election.tables import RuleSet
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import RoleForbidden, StaleVersion, VersionNeeded
from shared.versions import etag, wanted_version

router = APIRouter(prefix="/v1/rule-sets", tags=["election"], route_class=EdgeRoute)

EXPORT = Export("rule_sets", RuleSetListed)
RuleSets = Annotated[Listing, Depends(listing(queries.RULE_SETS))]
Versions = Annotated[Page, Depends(paged(queries.VERSIONS))]
Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Officer = Annotated[Actor, Depends(allow(Role.STREET_OFFICER))]
Version = Annotated[int, Depends(wanted_version)]
Code = Annotated[str, Query(pattern=r"^[0-9]{15}$", description="Those that an election of this compound may use.")]
Which = Annotated[int, Query(ge=1, le=2**31 - 1, description="The newest if left out.")]


async def asked(code: Code | None = None, preset: Preset | None = None) -> queries.Asked:
    """The filters of the list."""
    return queries.Asked(code, preset)


async def _seen(db: AsyncSession, found: RuleSet, reply: Response) -> RuleSetSeen:
    reply.headers.update(etag(found.version))
    return shown.seen(found, await queries.sign_offs_of(db, found))


@router.get("/parameters", operation_id="list_parameters", summary="What differs by place")
async def list_parameters(actor: SignedIn) -> ParametersSeen:
    """Every parameter with its rule, its bounds and each preset's default."""
    return shown.parameters()


@router.post(
    "",
    operation_id="create_rule_set",
    summary="Write a rule set",
    status_code=201,
    responses=answers(RoleForbidden, RulesRefused),
)
async def create_rule_set(db: Writing, actor: Desk, rule_set: NewRuleSet, response: Response, now: Now) -> RuleSetSeen:
    """From a preset, for the elections of a region or compound; defaults are written out."""
    made = await actions.create_rule_set(db, actor, rule_set.scope, rule_set.preset, rule_set.terms(), now)
    return await _seen(db, made, response)


@router.get(
    "",
    operation_id="list_rule_sets",
    summary="Rule sets of my places",
    response_model=Listed[RuleSetListed],
    responses=EXPORT.responses(),
)
async def list_rule_sets(page: RuleSets, actor: SignedIn, filters: Annotated[queries.Asked, Depends(asked)]) -> Any:
    """The newest version of each."""
    return await listed(page, queries.visible(actor, filters), EXPORT, lambda row: shown.listed(row[0]))


@router.get("/{rule_set_id}", operation_id="get_rule_set", summary="One rule set", responses=answers(RuleSetUnknown))
async def get_rule_set(
    db: Reading, actor: SignedIn, rule_set_id: UUID, response: Response, version: Which | None = None
) -> RuleSetSeen:
    """One version with its signatures, and what is still to be read up locally."""
    found = await queries.rule_set_of(db, actor, queries.Chosen(rule_set_id, version))
    return await _seen(db, found, response)


@router.get(
    "/{rule_set_id}/versions",
    operation_id="list_rule_set_versions",
    summary="Its versions",
    responses=answers(RuleSetUnknown),
)
async def list_rule_set_versions(
    db: Reading, actor: SignedIn, rule_set_id: UUID, page: Versions
) -> Listed[RuleSetListed]:
    """Newest first; none of them ever changes."""
    await queries.rule_set_of(db, actor, queries.Chosen(rule_set_id))
    return await page_of(db, queries.versions_of(rule_set_id), page, lambda row: shown.listed(row[0]))


@router.put(
    "/{rule_set_id}",
    operation_id="change_rule_set",
    summary="Write its next version",
    responses=answers(RuleSetUnknown, RoleForbidden, RulesRefused, StaleVersion, VersionNeeded),
)
async def change_rule_set(
    db: Writing, actor: Desk, rule_set_id: UUID, change: ChangeRuleSet, version: Version, response: Response, now: Now
) -> RuleSetSeen:
    """Elections that were made from an older version keep it; signatures are given anew."""
    changed = await actions.change_rule_set(db, actor, rule_set_id, version, change.terms(), now)
    return await _seen(db, changed, response)


@router.post(
    "/{rule_set_id}/sign-offs",
    operation_id="sign_off_parameter",
    summary="Sign for the local text",
    status_code=201,
    responses=answers(RuleSetUnknown, RoleForbidden, AlreadySigned),
)
async def sign_off_parameter(
    db: Writing, actor: Officer, rule_set_id: UUID, sign_off: NewSignOff, response: Response, now: Now
) -> RuleSetSeen:
    """By a street officer, with the text and its date: before that no owners' decision by these rules opens."""
    chosen = queries.Chosen(rule_set_id, sign_off.version)
    return await _seen(db, await actions.sign_off_parameter(db, actor, chosen, sign_off.reading(), now), response)
