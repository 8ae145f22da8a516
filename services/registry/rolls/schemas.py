"""Wire shapes of roll imports and their findings."""

from enum import StrEnum
from uuid import UUID

from services.registry.rolls.actions import name_label
from services.registry.rolls.reading import REASONS
from services.registry.rules.areas import AreaSource
from services.registry.rules.roll_findings import FindingKind, Severity
from services.registry.tables.rolls import RollFinding, RollImport
from shared.sealing import Keys
from shared.texts import Language
from shared.wire import Count, Instant, Output, example

ID = "0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c12"
FIGURES = {
    "homes_read": 611,
    "homes_added": 611,
    "homes_completed": 0,
    "areas_added": 607,
    "rows_refused": 2,
    "unknowns": 5,
    "warnings": 3,
    "alike_owners": 0,
}


class ImportState(StrEnum):
    """QUEUED: being read. UNCHANGED: everything stood already. REFUSED: rows could not be taken, so none was."""

    QUEUED = "QUEUED"
    TAKEN = "TAKEN"
    PARTLY_TAKEN = "PARTLY_TAKEN"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
    UNREADABLE = "UNREADABLE"


class RollFigures(Output):
    """What an import read and did."""

    homes_read: Count
    homes_added: Count
    homes_completed: Count
    areas_added: Count
    rows_refused: Count
    unknowns: Count
    warnings: Count
    alike_owners: Count

    model_config = Output.model_config | example(**FIGURES)


class RollImportSeen(Output):
    """An import; `report` comes once it is read, `fault` says why a file could not be opened."""

    id: UUID
    compound_id: UUID
    file_name: str | None
    partial: bool
    area_source: AreaSource
    state: ImportState
    fault: str | None
    fault_text: str | None
    same_as: UUID | None
    report: RollFigures | None
    made_at: Instant
    done_at: Instant | None

    model_config = Output.model_config | example(
        id=ID,
        compound_id="0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c11",
        file_name="晋阳小区住户登记表.xlsx",
        partial=True,
        area_source="REGISTER",
        state="PARTLY_TAKEN",
        fault=None,
        fault_text=None,
        same_as=None,
        report=FIGURES,
        made_at="2026-03-08T01:30:00Z",
        done_at="2026-03-08T01:30:02Z",
    )

    @classmethod
    def of(cls, row: RollImport, keys: Keys, language: Language) -> "RollImportSeen":
        texts = REASONS.get(row.fault or "")
        return cls(
            id=row.id,
            compound_id=row.compound_id,
            file_name=keys.ring.open(row.name_sealed, name_label(row.id)).decode() if row.name_sealed else None,
            partial=row.partial,
            area_source=AreaSource(row.area_source),
            state=ImportState(row.state),
            fault=row.fault,
            fault_text=texts[0 if language is Language.ZH else 1] if texts else None,
            same_as=row.same_as,
            report=RollFigures.model_validate(row.report) if row.report is not None else None,
            made_at=row.made_at,
            done_at=row.done_at,
        )


class RollFindingSeen(Output):
    """One finding with its place. `row` counts from 1 as the spreadsheet does; `column` is its letter."""

    position: Count
    kind: FindingKind
    severity: Severity
    sheet: str
    row: Count
    column: str
    heading: str
    home: str | None
    reason: str

    model_config = Output.model_config | example(
        position=4,
        kind="text_area",
        severity="UNKNOWN",
        sheet="1-6号楼",
        row=289,
        column="E",
        heading="建筑面积（㎡）",
        home="6-1-501",
        reason="面积不是确数",
    )

    @classmethod
    def of(cls, row: RollFinding, language: Language) -> "RollFindingSeen":
        return cls(
            position=row.position,
            kind=FindingKind(row.kind),
            severity=Severity(row.severity),
            sheet=row.sheet,
            row=row.row,
            column=row.column,
            heading=row.heading,
            home=row.home,
            reason=row.reason_zh if language is Language.ZH else row.reason_en,
        )
