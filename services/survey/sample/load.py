"""Publishes the questionnaire that ships, in the sample compound, through the same doors as an upload."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.survey.neighbours import Compound
from services.survey.rules.roles import Role
from services.survey.sample.make import FILE
from services.survey.surveys.actions import Before, draft_of, enter_survey, publish_version
from services.survey.surveys.converting import read_file
from services.survey.tables import Base, Survey
from shared import audit
from shared.database import Database
from shared.identity import Actor, Grant
from shared.texts import Language

TITLE = "入户摸底（示例）"
NOBODY = UUID(int=0)


async def load(database: Database, compound: Compound, say: Callable[[str], None], now: datetime) -> None:
    """Version 1 of the XLSForm in this folder; a compound that has a questionnaire is left alone."""
    async with database.read() as session:
        if (await session.execute(select(Survey.id).where(Survey.compound_id == compound.id))).first() is not None:
            return
    say("Publishing the sample questionnaire")
    maker = Actor(NOBODY, "service", (Grant(Role.CLERK, compound.code),), NOBODY, "")
    draft = await draft_of(Before(1, None), Language.ZH, await read_file(FILE.read_bytes()))
    async with database.write() as session, session.begin():
        survey = await enter_survey(session, maker, compound, TITLE, now)
        await publish_version(session, maker, survey.id, draft, now)
        await audit.record(session, Base.metadata, audit.Done("house", "load_sample", "-", "-", 201))
