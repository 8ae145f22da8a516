"""Every planted change of a golden record is refused for the right reason; the untouched ones are accepted."""

import copy
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.election.rules.commitments import status_said, status_salt
from services.election.rules.leaves import LeafType, leaf_hash
from services.election.rules.merkle import Frontier, Tree
from services.election.rules.notes import read_note
from services.election.rules.record import Edition
from services.election.verify import verify
from tests.election.verify.disputing import DISPUTES
from tests.election.verify.golden import (
    AGAIN,
    PLANS,
    SILENT,
    T1,
    T2,
    Lines,
    Mutation,
    all_of,
    golden,
    leaves,
    lines_of,
    renumbered,
    signed_anew,
)
from tests.election.verify.packing import checked, packed, zipped
from tests.election.verify.plans import NOTARY_KEY, note_over
from tests.election.verify.ruling import RULINGS
from tests.election.verify.tampering import MUTATIONS as ALTERED

MUTATIONS = [*ALTERED, *DISPUTES, *RULINGS]
PROGRAM = Path(__file__).parents[3] / "services" / "election" / "verify.py"


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("record", list(PLANS))
def test_the_untouched_record_is_accepted(record: str, edition: Edition) -> None:
    found = checked(lines_of(record, edition), key=NOTARY_KEY)

    assert found.wrong == []
    assert len(found.proved) >= 4


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_change_is_refused_for_the_right_reason(mutation: Mutation) -> None:
    lines = lines_of(mutation.record, mutation.edition)
    before = copy.deepcopy(lines)
    mutation.change(lines)

    found = checked(lines, key=NOTARY_KEY)

    assert lines != before, "nothing was changed"
    assert mutation.code in {code for _, code, _ in found.wrong}, found.wrong[:3]


@pytest.mark.parametrize("mutation", RULINGS, ids=str)
def test_where_all_else_is_put_right_nothing_else_is_wrong(mutation: Mutation) -> None:
    lines = lines_of(mutation.record, mutation.edition)
    mutation.change(lines)

    assert {code for _, code, _ in checked(lines, key=NOTARY_KEY).wrong} == {mutation.code}


def test_the_corpus_is_large_and_no_change_stands_twice() -> None:
    assert len(MUTATIONS) >= 150
    assert len({(one.change, one.record, one.edition) for one in MUTATIONS}) == len(MUTATIONS)


def test_the_golden_records_have_disputes_of_every_sort() -> None:
    """Else nothing is shown about them."""
    types = {json.loads(line["body"])["type"] for line in leaves(lines_of(T1, Edition.PUBLIC), *LeafType)}
    faults = {line["fault"] for line in all_of(lines_of(T1, Edition.COMPLETE), "BALLOT")}

    assert {"AUTHORITY", "LETTER", "OBJECTION", "SETTLED"} <= types
    assert faults == {None, "OBJECTED", "NO_LETTER"}
    assert any(line["delivered"] for line in all_of(lines_of(SILENT, Edition.COMPLETE), "ENTRY"))


def test_the_first_line_that_is_wrong_is_named() -> None:
    lines = lines_of(T1, Edition.COMPLETE)
    row = all_of(lines, "ENTRY")[41]
    row["said"]["area"] += 1

    found = checked(lines)

    assert found.wrong[0][:2] == (lines.index(row) + 1, "ROLL_ENTRY")


def older(record: str, at: int) -> tuple[Lines, str]:
    """A record, and a checkpoint of its log of `at` leaves that was kept elsewhere."""
    lines = lines_of(record, Edition.PUBLIC)
    hashes = [leaf_hash(line["body"].encode()) for line in all_of(lines, "LEAF")]
    return lines, note_over(lines[0]["election"], Frontier(hashes[:at]))


def test_an_older_checkpoint_proves_that_the_log_only_grew() -> None:
    lines, note = older(T2, 20)

    found = checked(lines, key=NOTARY_KEY, checkpoint=note)

    assert found.wrong == []
    assert "the log only grew since the older checkpoint (20 leaves)" in found.proved


def drop_last(lines: Lines) -> None:
    lines.remove(leaves(lines, "CAST", "RETURNED")[-1])


def reorder(lines: Lines) -> None:
    first, second = leaves(lines, "CAST")[:2]
    first["body"], second["body"] = second["body"], first["body"]


def yesterdays_backup(lines: Lines) -> None:
    for line in all_of(lines, "LEAF")[20:]:
        lines.remove(line)


@pytest.mark.parametrize("change", [drop_last, reorder, yesterdays_backup])
def test_a_log_that_is_no_extension_is_refused_though_the_notary_signed_it(change: object) -> None:
    """Who signs again what was changed cannot sign away a checkpoint that somebody kept."""
    lines = lines_of(T2, Edition.PUBLIC)
    size = len(all_of(lines, "LEAF"))
    lines, note = older(T2, size)
    change(lines)  # type: ignore[operator]
    renumbered(lines)
    signed_anew(lines)

    found = checked(lines, key=NOTARY_KEY, checkpoint=note)

    assert "NOT_EXTENSION" in {code for _, code, _ in found.wrong}


def test_an_older_checkpoint_of_another_log_proves_nothing() -> None:
    lines, _ = older(T2, 20)
    _, foreign = older(T1, 20)

    assert "OLDER" in {code for _, code, _ in checked(lines, checkpoint=foreign).wrong}


def receipt(place: int = 3) -> dict[str, object]:
    """As the house hands it out."""
    made = golden(T2)
    ballot = [one for one in made.ballots if one.channel == "ONLINE"][place]
    tree, note = Tree(leaf_hash(body) for body in made.bodies), made.notes[-1]
    size = read_note(note).size
    said = made._vote(ballot)
    return {
        "election_id": made.election,
        "log_index": ballot.index,
        "leaf": made.bodies[ballot.index].decode(),
        "who_salt": ballot.who_salt.hex(),
        "who_said": dict(said.who),
        "what_salt": ballot.what_salt.hex(),
        "what_said": dict(ballot.what or {}),
        "checkpoint": note,
        "inclusion": [step.hex() for step in tree.inclusion(ballot.index, size)],
    }


def test_a_receipt_is_found_in_the_record() -> None:
    mine = receipt()

    found = checked(lines_of(T2, Edition.PUBLIC), receipt=mine)

    assert found.wrong == []
    assert any(line.startswith(f"your ballot is leaf {mine['log_index']}") for line in found.proved)


@pytest.mark.parametrize(
    "changed",
    [
        {"log_index": 4},
        {"what_said": {"election": "x", "marks": [1]}},
        {"who_salt": "00" * 32},
        {"leaf": '{"day":"2026-12-05","type":"CAST","what":"00","who":"00"}'},
        {"election_id": "00000000-0000-0000-0000-000000000000"},
    ],
    ids=str,
)
def test_a_forged_receipt_is_refused(changed: dict[str, object]) -> None:
    found = checked(lines_of(T2, Edition.PUBLIC), receipt=receipt() | changed)

    assert "RECEIPT" in {code for _, code, _ in found.wrong}


def test_a_receipt_whose_checkpoint_is_of_another_log_shows_a_fork() -> None:
    made = golden(T2)
    fork = note_over(made.election, Frontier([bytes(32)] * 30))

    found = checked(lines_of(T2, Edition.PUBLIC), receipt=receipt() | {"checkpoint": fork})

    assert "NOT_EXTENSION" in {code for _, code, _ in found.wrong}


def status(place: int) -> dict[str, Any]:
    """As the house hands it out."""
    made = golden(T2)
    said, salt, _ = made.rows[place]
    stands = made.effective.get(place)
    size = len(made.rows)
    tree = Tree(leaf_hash(made.status(one)) for one in range(size))
    return {
        "said": dict(status_said(made.election, str(said["entry"]), stands and stands.index)),
        "salt": status_salt(salt).hex(),
        "commitment": made.status(place).hex(),
        "place": place,
        "entries": size,
        "root": tree.root(size).hex(),
        "leaf": leaves(lines_of(T2, Edition.PUBLIC), "STATUS")[0]["index"],
        "inclusion": [step.hex() for step in tree.inclusion(place, size)],
    }


def places() -> tuple[int, int]:
    """One home whose ballot counts, and one that has none."""
    stands = golden(T2).effective
    return next(iter(stands)), next(place for place in range(len(golden(T2).rows)) if place not in stands)


def test_the_statuses_of_a_home_are_found_in_the_record_beside_a_receipt() -> None:
    voted, silent = places()
    mine = receipt() | {"items": [status(voted), status(silent)]}

    found = checked(lines_of(T2, Edition.PUBLIC), receipt=mine)

    assert found.wrong == []
    assert f"your status, place {voted}: leaf {golden(T2).effective[voted].index} counts" in found.proved
    assert f"your status, place {silent}: none counts" in found.proved
    assert any(line.startswith("your ballot is leaf") for line in found.proved)


@pytest.mark.parametrize(
    "changed",
    [
        {"salt": "00" * 32},
        {"place": 7},
        {"leaf": 3},
        {"said": {"election": "x", "entry": "y", "status": "NONE"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("of", [0, 1], ids=["who voted", "who did not"])
def test_a_forged_status_is_refused(of: int, changed: dict[str, Any]) -> None:
    mine = {"items": [status(places()[of]) | changed]}

    assert {code for _, code, _ in checked(lines_of(T2, Edition.PUBLIC), receipt=mine).wrong} == {"PROOF"}


def test_a_ballot_that_is_left_out_of_an_owners_vote_is_missed_by_its_home() -> None:
    """The public edition alone cannot tell: its first ballot is said to count, which its second replaced."""
    made, lines = golden(AGAIN), lines_of(AGAIN, Edition.PUBLIC)
    revoted = ((place, made.ballots_of[place][0], one) for place, one in made.effective.items() if one.revision > 1)
    place, first, stands = next(found for found in revoted if not found[1].voided)
    swapped = next(line for line in all_of(lines, "EFFECTIVE") if line["index"] == stands.index)
    swapped["index"] = first.index
    effective = sorted(all_of(lines, "EFFECTIVE"), key=lambda line: line["index"])
    start = next(at for at, line in enumerate(lines) if line["line"] == "EFFECTIVE")
    lines[start : start + len(effective)] = effective
    said, salt, _ = made.frozen.get(place, made.rows[place])
    mine = {
        "place": place,
        "salt": status_salt(salt).hex(),
        "said": status_said(made.election, str(said["entry"]), stands.index),
        "leaf": leaves(lines, "STATUS")[0]["index"],
    }

    assert checked(lines).wrong == []
    assert {code for _, code, _ in checked(lines, receipt={"items": [mine]}).wrong} == {"PROOF"}


def test_a_single_changed_byte_is_found() -> None:
    """Scene 11. Any byte of the file, tried at a hundred places: refused, never a crash."""
    whole = b"".join(json.dumps(line).encode() for line in lines_of(T2, Edition.PUBLIC))
    content = zip_content(lines_of(T2, Edition.PUBLIC))
    assert whole
    for at in range(7, len(content), len(content) // 100):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        assert verify(zipped(changed), NOTARY_KEY).wrong, f"byte {at} of {len(content)}"


def zip_content(lines: Lines) -> bytes:
    import zipfile

    with zipfile.ZipFile(packed(lines)) as archive:
        return archive.read("record.ndjson")


@pytest.mark.parametrize(
    "file",
    [io.BytesIO(b""), io.BytesIO(b"PK\x03\x04 no"), zipped(b"{}", "other.json")],
    ids=["empty", "no zip", "another file"],
)
def test_what_is_no_record_is_unreadable(file: io.BytesIO) -> None:
    with pytest.raises(ValueError, match="no record"):
        verify(file)


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=60)


def test_the_program_stands_alone_and_its_exit_tells_what_it_found(tmp_path: Path) -> None:
    """Copied away from the house, in an isolated interpreter."""
    program = tmp_path / "verify.py"
    program.write_bytes(PROGRAM.read_bytes())
    lines = lines_of(T2, Edition.PUBLIC)
    (tmp_path / "true.zip").write_bytes(packed(lines).read())
    (tmp_path / "receipt.json").write_text(json.dumps(receipt()))
    (tmp_path / "statuses.json").write_text(json.dumps({"items": [status(places()[0])]}))
    (tmp_path / "older.note").write_text(golden(T2).notes[0])
    all_of(lines, "EFFECTIVE")[0]["what"]["marks"] = [4]
    (tmp_path / "false.zip").write_bytes(packed(lines).read())
    (tmp_path / "no.zip").write_bytes(b"no")
    options = ["--key", NOTARY_KEY, "--checkpoint", tmp_path / "older.note", "--receipt", tmp_path / "receipt.json"]
    options += ["--statuses", tmp_path / "statuses.json"]

    true, false, no = (run(tmp_path / f"{name}.zip", *options) for name in ("true", "false", "no"))

    assert (true.returncode, false.returncode, no.returncode) == (0, 1, 2), true.stdout + true.stderr
    assert "Nothing is wrong." in true.stdout
    assert "PROVED: your ballot is leaf" in true.stdout
    assert "PROVED: your status, place" in true.stdout
    assert "NOT PROVED: that no two counted ballots are of one home" in true.stdout
    assert "WRONG: line" in false.stdout
    assert "OPENING" in false.stdout
    assert "PROVED: the result" not in false.stdout


def test_the_program_is_one_short_file_that_imports_nothing_of_the_house() -> None:
    text = PROGRAM.read_text("utf-8")

    assert text.count("\n") <= 500
    assert "services." not in text
    assert "shared." not in text
