"""How questionnaires look on the wire."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.survey.rules.form import Form, Item
from services.survey.rules.roles import DESK
from services.survey.tables import Survey, SurveyVersion
from shared.identity import Actor
from shared.wire import Input, Instant, Output, Text, example

_ID = "0197a3f2-0000-7000-8000-000000000041"
_COMPOUND = "0197a3f2-0000-7000-8000-000000000001"
_AT = "2026-11-23T02:30:00Z"
_ROW = {"type": "select_one yesno", "name": "party_member", "label::中文 (zh)": "是否中共党员", "consent": "PARTY"}
_SETTINGS = {"form_title": "摸底问卷", "form_id": "household", "notice_version": "2026-1", "notice": "只用于本小区。"}
_SHEETS = {
    "survey": [_ROW],
    "choices": [{"list_name": "yesno", "name": "YES", "label::中文 (zh)": "是"}],
    "settings": [_SETTINGS],
}
Cells = dict[Annotated[str, Text(80)], Annotated[str, Text(4000, 0)]]


class NewSurvey(Input):
    """A questionnaire of a compound, still without a version."""

    model_config = Input.model_config | example(compound_id=_COMPOUND, title="入户摸底")

    compound_id: UUID
    title: Annotated[str, Text(120)]


class ChangeSurvey(Input):
    """Its title; what it asks is changed by publishing a new version."""

    model_config = Input.model_config | example(title="入户摸底(秋季)")

    title: Annotated[str, Text(120)]


class NewVersion(Input):
    """A questionnaire as the three sheets of an XLSForm, a row an object with the sheet's own headings."""

    model_config = Input.model_config | example(**_SHEETS)

    survey: Annotated[list[Cells], Field(max_length=500)]
    choices: Annotated[list[Cells], Field(max_length=5000)] = []
    settings: Annotated[list[Cells], Field(max_length=1)]

    def records(self) -> dict[str, list[dict[str, str]]]:
        return {"survey": self.survey, "choices": self.choices, "settings": self.settings}


class SurveySeen(Output):
    """A questionnaire; `latest` is the number of its newest version, 0 before the first."""

    model_config = Output.model_config | example(
        id=_ID, compound_id=_COMPOUND, title="入户摸底", form_id="household", latest=1, made_at=_AT, version=2,
        allowed=["PUBLISH", "RENAME"],
    )  # fmt: skip

    id: UUID
    compound_id: UUID
    title: str
    form_id: str | None
    latest: int
    made_at: Instant
    version: int
    allowed: list[str]

    @classmethod
    def of(cls, row: Survey, actor: Actor) -> "SurveySeen":
        allowed = ["PUBLISH", "RENAME"] if actor.holds(DESK, row.compound_code) else []
        return cls(
            id=row.id,
            compound_id=row.compound_id,
            title=row.title,
            form_id=row.form_id,
            latest=row.latest,
            made_at=row.made_at,
            version=row.version,
            allowed=allowed,
        )


class TextSeen(Output):
    """A text in one language as the sheet's heading names it; "" where it names none."""

    model_config = Output.model_config | example(language="中文 (zh)", text="是否中共党员")

    language: str
    text: str


class ItemSeen(Output):
    """A question, group or repetition, with its rules as written."""

    model_config = Output.model_config | example(
        name="party_member", kind="SELECT_ONE", pointer="/party_member", label=[{"language": "", "text": "党员"}],
        hint=[], list_name="yesno", relevant="", constraint="", constraint_message=[], required="", calculation="",
        choice_filter="", repeat_count="", consent="PARTY",
    )  # fmt: skip

    name: str
    kind: str
    pointer: str
    label: list[TextSeen]
    hint: list[TextSeen]
    list_name: str
    relevant: str
    constraint: str
    constraint_message: list[TextSeen]
    required: str
    calculation: str
    choice_filter: str
    repeat_count: str
    consent: str


class ChoiceSeen(Output):
    """One choice of a list, with further columns for filters."""

    model_config = Output.model_config | example(
        list_name="yesno", name="YES", label=[{"language": "", "text": "是"}], columns={}
    )

    list_name: str
    name: str
    label: list[TextSeen]
    columns: dict[str, str]


class MappedSeen(Output):
    """What became of a question since the version before (VIS-5)."""

    model_config = Output.model_config | example(change="RENAMED", before="party", now="party_member")

    change: str
    before: str | None
    now: str | None


class VersionListed(Output):
    """A published version; it never changes."""

    model_config = Output.model_config | example(
        survey_id=_ID, number=1, digest="9f" * 32, notice_version="2026-1", published_at=_AT
    )

    survey_id: UUID
    number: int
    digest: str
    notice_version: str
    published_at: Instant


class VersionSeen(VersionListed):
    """A published version with all it asks."""

    model_config = Output.model_config | example(
        survey_id=_ID, number=1, digest="9f" * 32, notice_version="2026-1", published_at=_AT, form_id="household",
        title="摸底问卷", notice="只用于本小区。", consents=["PARTY"], xform_hash="md5:" + "0" * 32, items=[],
        choices=[], mapping=[], sheets=_SHEETS,
    )  # fmt: skip

    form_id: str
    title: str
    notice: str
    consents: list[str]
    xform_hash: str
    items: list[ItemSeen]
    choices: list[ChoiceSeen]
    mapping: list[MappedSeen]
    sheets: dict[str, list[dict[str, str]]]

    @classmethod
    def of(cls, row: SurveyVersion, form: Form) -> "VersionSeen":
        choices = [
            ChoiceSeen(list_name=name, name=one.name, label=_texts(one.label), columns=_plain(one.columns))
            for name, found in form.lists.items()
            for one in found
        ]
        return cls(
            survey_id=row.survey_id,
            number=row.number,
            digest=row.digest,
            notice_version=row.notice_version,
            published_at=row.published_at,
            form_id=form.form_id,
            title=form.title,
            notice=form.notice,
            consents=list(form.consents()),
            xform_hash=row.xform_hash,
            items=[_item(item) for item in form.all_items()],
            choices=choices,
            mapping=[MappedSeen.model_validate(one) for one in row.mapping],
            sheets=row.sheets,
        )


def _plain(columns: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name: text for name, text in columns if name.split("::")[0] not in {"label", "media"}}


def _texts(texts: tuple[tuple[str, str], ...]) -> list[TextSeen]:
    return [TextSeen(language=language, text=text) for language, text in texts]


def _item(item: Item) -> ItemSeen:
    as_written: dict[str, Any] = {
        name: getattr(item, name)
        for name in (
            "name", "list_name", "relevant", "constraint", "required", "calculation", "choice_filter", "repeat_count",
            "consent",
        )
    }  # fmt: skip
    return ItemSeen(
        kind=item.kind,
        pointer=item.path.removeprefix("/data"),
        label=_texts(item.label),
        hint=_texts(item.hint),
        constraint_message=_texts(item.constraint_message),
        **as_written,
    )
