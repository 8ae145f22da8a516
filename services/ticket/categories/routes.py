"""Categories over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import select

from services.ticket.categories import actions
from services.ticket.categories.actions import CategoryFacts
from services.ticket.categories.schemas import CategorySeen, ChangeCategory, NewCategory
from services.ticket.errors import CategoryMissing, CategoryTaken, answers
from services.ticket.rules.roles import Role
from services.ticket.tables import Category
from shared.edge import EdgeRoute, Reading, Writing
from shared.identity import Actor, Anyone, allow
from shared.paging import Listed, Orders, Page, page_of, paged, up
from shared.problems import StaleVersion, VersionNeeded
from shared.versions import etag, wanted_version

router = APIRouter(prefix="/v1/categories", tags=["ticket"], route_class=EdgeRoute)
ByCode = Annotated[Page, Depends(paged(Orders("categories", {"code": (up(Category.code),)})))]
Administrator = Annotated[Actor, Depends(allow(Role.ADMINISTRATOR))]
Code = Annotated[str, Path(pattern=r"^[a-z_]{1,24}\.[a-z_]{1,24}$")]
Version = Annotated[int, Depends(wanted_version)]


@router.get("", operation_id="list_categories", summary="What tickets may be about")
async def list_categories(db: Reading, actor: Anyone, page: ByCode) -> Listed[CategorySeen]:
    """With names in both languages and the codes of the public catalogues."""
    return await page_of(db, select(Category), page, lambda row: CategorySeen.model_validate(row[0]))


@router.post(
    "",
    operation_id="add_category",
    summary="Add a category",
    status_code=201,
    responses=answers(CategoryTaken),
)
async def add_category(db: Writing, actor: Administrator, category: NewCategory, response: Response) -> CategorySeen:
    """For the whole house, by an administrator of the whole house."""
    made = await actions.add_category(db, actor, category.code, _facts(category))
    response.headers.update(etag(made.version))
    return CategorySeen.model_validate(made)


@router.put(
    "/{code}",
    operation_id="change_category",
    summary="Change a category",
    responses=answers(CategoryMissing, StaleVersion, VersionNeeded),
)
async def change_category(
    db: Writing, actor: Administrator, code: Code, change: ChangeCategory, version: Version, response: Response
) -> CategorySeen:
    """Names, catalogue codes, whether the community may lead (TKT-7), or retire it; tickets keep their code."""
    changed = await actions.change_category(db, actor, code, _facts(change), version)
    response.headers.update(etag(changed.version))
    return CategorySeen.model_validate(changed)


def _facts(change: ChangeCategory) -> CategoryFacts:
    entries = tuple((one.std_ref.value, one.kind, one.code) for one in change.catalogue)
    return CategoryFacts(change.zh, change.en, change.community_may_lead, change.active, entries)
