"""What is printed: one sheet a ballot, no home on the part that goes into the box, nothing that a text could do."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import services.election.papers.documents as documents
from services.election.papers.codes import LONG, check_of, code_fits, code_of, qr_of
from services.election.printing.setting import NotSet, set_document
from shared.database import new_id
from shared.papers import fault_of
from shared.sealing import Keys
from tests.election.api.conftest import DRAFT, Hall
from tests.election.api.doors import Doors

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEMPLATE = "#for name in data.names [ #name \\ ]\n#for code in data.codes [ #qr(code) ]"


async def test_a_run_is_printed_as_one_sheet_a_ballot_and_one_list_an_entrance(hall: Hall) -> None:
    """BAL-7. Twenty homes in four entrances; the same run gives the same bytes."""
    doors = Doors(hall, await hall.announced())
    await doors.print()
    path = f"{doors.path}/print-runs/1"

    ballots = await hall.get(hall.clerk, f"{path}/ballots")
    again = await hall.get(hall.clerk, f"{path}/ballots")
    issue_list = await hall.get(hall.clerk, f"{path}/issue-list")

    for reply in (ballots, issue_list):
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/pdf")
        assert fault_of(reply.content) is None
    assert (_pages(ballots.content), _pages(issue_list.content)) == (20, 4)
    assert ballots.content == again.content
    assert "linli-unprintable" not in ballots.headers


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


async def test_rare_characters_print_and_what_the_font_lacks_is_named(hall: Hall) -> None:
    """A name is never printed as an empty box."""
    names = [{"name": name, "consents": True} for name in ("𠮷野䶮", "𬱟", "𪚥一", "#panic(1) *b* $x$ @y")]
    doors = Doors(hall, await hall.announced(**{**DRAFT, "nominees": names}))
    await doors.print(building="1", entrance="1")

    reply = await hall.get(hall.clerk, f"{doors.path}/print-runs/1/ballots")

    assert (reply.status_code, reply.headers["linli-unprintable"]) == (200, "U+2A6A5")


async def test_a_decision_prints_its_items_with_three_boxes_and_a_line_to_sign(hall: Hall) -> None:
    """BAL-1, BAL-5."""
    doors = Doors(hall, await hall.decision_announced("ORDINARY"))
    run = await doors.print()

    reply = await hall.get(hall.clerk, f"{doors.path}/print-runs/1/ballots")

    assert reply.status_code == 200
    assert _pages(reply.content) >= run["papers"]


def test_the_part_that_goes_into_the_box_and_the_stub_name_no_home() -> None:
    """BAL-9. In the template the home stands on the slip alone."""
    template = (Path(documents.__file__).parent / "templates" / "ballots.typ").read_text()
    slip, _, rest = template.partition("#let names")

    assert "paper.label" in slip
    assert "label" not in rest


async def test_texts_are_data_and_never_markup() -> None:
    """A name that looks like typst prints as it is; the same input gives the same bytes."""
    data = {"names": ['#read("/etc/passwd")', "$x", "]#panic()["], "codes": ["A1"]}

    first = await set_document(TEMPLATE, data, NOW, ["A1"])

    assert first.missing == ()
    assert first.pdf == (await set_document(TEMPLATE, data, NOW, ["A1"])).pdf


@pytest.mark.parametrize("template", ["#nope", "#panic()", "#while true { }", "#qr(data.absent)"])
async def test_a_document_that_cannot_be_set_is_told_as_such(template: str) -> None:
    with pytest.raises(NotSet):
        await set_document(template, {"names": []}, NOW)


def test_a_check_code_fits_its_own_number_of_its_own_election(tmp_path: Path) -> None:
    """BAL-7. Whole or its first eight, in any case, 0 for O and 1 for I; kept nowhere."""
    keys, other = Keys.load(tmp_path / "a", create=True), Keys.load(tmp_path / "b", create=True)
    election = new_id()
    code = code_of(keys, election, 7)

    assert len(code) == LONG
    assert code == code_of(keys, election, 7)
    assert all(code_fits(keys, election, 7, told) for told in (code, code[:8], code.lower(), f" {code[:8]}\n"))
    assert code_fits(keys, election, 7, code.replace("O", "0").replace("I", "1").replace("B", "8"))
    assert not any(
        code_fits(keys, election, 7, told) for told in ("", code[:7], code[:9], code + "A", "测试测试测试测试")
    )
    assert not code_fits(keys, election, 8, code)
    assert not code_fits(keys, new_id(), 7, code)
    assert not code_fits(other, election, 7, code)
    assert re.fullmatch(r"[0-9A-Z:]+", qr_of(election, 7, code))
    assert check_of(election, 7, code) != check_of(election, 8, code)


async def test_an_entrance_of_six_floors_with_three_homes_is_one_page_to_sign() -> None:
    """A last home on a sheet of its own is the one that is lost."""
    rows = [{"label": f"1-2-{number}", "number": number} for number in range(18)]
    head = {"title": "业主代表推选", "opens": "2026年12月1日 09:00", "closes": "2026年12月8日 18:00", "run": 1}
    data = head | {"entrances": [{"building": "1", "entrance": "2", "rows": rows}]}

    printed = await set_document((documents.TEMPLATES / "issue_list.typ").read_text(), data, NOW)

    assert _pages(printed.pdf) == 1
