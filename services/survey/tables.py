"""The tables of the survey room: published versions that never change, rounds, visits, and answers under own keys."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.survey.rules.roles import RoundState
from services.survey.rules.visits import Outcome, RecordState, Relation
from shared.database import INSTANT, metadata_for


class Base(DeclarativeBase):
    """Every table of the room hangs on this metadata."""

    metadata = metadata_for("survey")
    type_annotation_map = {datetime: INSTANT, date: Date, UUID: Uuid}  # SQLAlchemy's own attribute


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


_CODE = "compound_code ~ '^[0-9]{15}$'"


class Survey(Base):
    """A questionnaire of one compound; what it asks is in its versions."""

    __tablename__ = "survey"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    title: Mapped[str] = mapped_column(String(120))
    form_id: Mapped[str | None] = mapped_column(String(64))
    latest: Mapped[int]
    """The number of the newest version; 0 before the first."""
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint(_CODE, name="compound_code_digits"),
        Index("ix_survey_newest", "compound_code", "made_at", "id"),
    )


class SurveyVersion(Base):
    """VIS-5. Insert-only: the database itself lets nobody change what was published."""

    __tablename__ = "survey_version"
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.survey.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    sheets: Mapped[dict[str, list[dict[str, str]]]] = mapped_column(JSONB)
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    xform_hash: Mapped[str] = mapped_column(String(36))
    """`md5:` and hex of the exact bytes, as OpenRosa clients compare."""
    mapping: Mapped[list[dict[str, str | None]]] = mapped_column(JSONB)
    notice_version: Mapped[str] = mapped_column(String(64))
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("survey_id", "digest"),
        CheckConstraint("number > 0", name="number_positive"),
    )


class Round(Base):
    """A round of visits over the homes of a scope, with one version of a questionnaire."""

    __tablename__ = "round"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    title: Mapped[str] = mapped_column(String(120))
    survey_id: Mapped[UUID]
    survey_number: Mapped[int]
    tries: Mapped[int]
    threshold: Mapped[int]
    buildings: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    state: Mapped[str] = mapped_column(String(10))
    homes: Mapped[int]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """VIS-4. Frozen when published."""
    published_at: Mapped[datetime | None]
    version: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "survey_number"], ["survey.survey_version.survey_id", "survey.survey_version.number"]
        ),
        CheckConstraint(_CODE, name="compound_code_digits"),
        CheckConstraint(_one_of("state", RoundState), name="state"),
        CheckConstraint("tries BETWEEN 1 AND 10", name="tries"),
        CheckConstraint("threshold BETWEEN 3 AND 10", name="threshold"),
        CheckConstraint("(state = 'PUBLISHED') = (figures IS NOT NULL)", name="published_has_figures"),
        Index("ix_round_newest", "compound_code", "opened_at", "id"),
    )


class RoundHome(Base):
    """One home of a round, as the registry named it when the round was opened."""

    __tablename__ = "round_home"
    round_id: Mapped[UUID] = mapped_column(ForeignKey("survey.round.id"), primary_key=True)
    home_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    building: Mapped[str] = mapped_column(String(20))
    entrance: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(60))
    visitor_id: Mapped[UUID | None]
    """Who took the home along."""
    chosen_id: Mapped[UUID | None]
    """VIS-3. The record that the office chose among several."""
    version: Mapped[int]
    __table_args__ = (
        UniqueConstraint("round_id", "position"),
        Index("ix_round_home_visitor", "round_id", "visitor_id"),
    )


class Visit(Base):
    """VIS-1. A visit as it stands; its id was made by the visitor's device. Earlier wordings are in `visit_edition`."""

    __tablename__ = "visit"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID]
    home_id: Mapped[UUID]
    recorded_by: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    second_visitor: Mapped[UUID]
    outcome: Mapped[str] = mapped_column(String(15))
    rented_out: Mapped[bool]
    relation: Mapped[str | None] = mapped_column(String(10))
    notice_version: Mapped[str | None] = mapped_column(String(64))
    visited_at: Mapped[datetime]
    follow_up_on: Mapped[date | None]
    received_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "home_id"], ["survey.round_home.round_id", "survey.round_home.home_id"]),
        CheckConstraint(_one_of("outcome", Outcome), name="outcome"),
        CheckConstraint(_one_of("relation", Relation), name="relation"),
        CheckConstraint("recorded_by <> second_visitor", name="two_visitors"),
        Index("ix_visit_home", "round_id", "home_id"),
        Index("ix_visit_newest", "round_id", "visited_at", "id"),
    )


class VisitEdition(Base):
    """Each wording of a visit; insert-only."""

    __tablename__ = "visit_edition"
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("survey.visit.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by: Mapped[UUID]
    at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Submission(Base):
    """One record of answers. Its id is the root id: it never changes over edits, which are editions."""

    __tablename__ = "submission"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID]
    survey_number: Mapped[int]
    round_id: Mapped[UUID]
    home_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    taken_by: Mapped[UUID]
    of_home: Mapped[bool] = mapped_column(server_default=false())
    """PRI-3. Who took it down was bound to the home, and answered for it himself."""
    told_as: Mapped[str | None] = mapped_column(String(10))
    """PRI-3. What he who answered is to the home, as he or his visitor said; None: nobody did."""
    answered_at: Mapped[datetime] = mapped_column(server_default="epoch")
    """PRI-3. When its first edition was answered: before that nobody's household told it."""
    instance_id: Mapped[UUID]
    """The instance id of the current edition."""
    state: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    version: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "home_id"], ["survey.round_home.round_id", "survey.round_home.home_id"]),
        ForeignKeyConstraint(
            ["survey_id", "survey_number"], ["survey.survey_version.survey_id", "survey.survey_version.number"]
        ),
        CheckConstraint(_one_of("state", RecordState), name="state"),
        CheckConstraint(_one_of("told_as", Relation), name="told_as"),
        CheckConstraint("(state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_time"),
        Index("ix_submission_home", "round_id", "home_id"),
        Index("ix_submission_newest", "round_id", "received_at", "id"),
    )


class SubmissionEdition(Base):
    """Each edition of a record, without its answers; insert-only. An instance id comes once over the whole room."""

    __tablename__ = "submission_edition"
    instance_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("survey.submission.id"))
    number: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed: it tells whether the same was sent again, and nothing of the answers."""
    consents: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    notice_version: Mapped[str] = mapped_column(String(64))
    faults: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    answered_at: Mapped[datetime]
    by: Mapped[UUID]
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("submission_id", "number"),)


class Answers(Base):
    """PRI-2. The answers of one edition, sealed under a key of their own: deleting the row ends every copy (VIS-2)."""

    __tablename__ = "answers"
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("survey.submission_edition.instance_id"), primary_key=True)
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


metadata = Base.metadata
