"""Figures tell how many, and of nobody which (VIS-4)."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.survey.rules.figures import Answered, Figures, figures_of, hidden_cells
from tests.survey.rules.forms import form_of, row

FORM = form_of(
    [
        row("select_one help", "one"),
        row("select_one help", "then", relevant="${one} = 'RICE'"),
        row("select_multiple help", "many"),
        row("integer", "n"),
        row("text", "words"),
        row("begin_repeat", "person"),
        row("integer", "age"),
        row("end_repeat", ""),
    ]
)
CHOICES = ["RICE", "LAMP", "TALK"]


def records(**counts: int) -> list[Answered]:
    """So many records with each choice of `one`; NO_ANSWER without."""
    found = []
    for name, count in counts.items():
        values = {} if name == "NO_ANSWER" else {"/one": name}
        found.extend([Answered(values)] * count)
    return found


def shown(figures: Figures, question: str) -> dict[str, int | None]:
    table = next(table for table in figures.tables if table.question == question)
    return {count.cell: count.count for count in table.counts}


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([5, 5, 5], set()),
        ([4, 6, 20], {0, 2}),  # the total would give a single one back
        ([1, 4, 20], {0, 1}),
        ([1, 3, 20], {0, 1, 2}),  # together four: the total would say that both are small
        ([1, 3, 20, 9], {0, 1, 3}),
        ([4, 4, 20, 9], {0, 1, 2, 3}),  # eight of two small ones can only be four and four
        ([4, 3, 20, 9], {0, 1}),
        ([0, 20, 20], {0, 2}),  # nobody is a small cell too
        ([12], set()),
        ([0, 0, 12], {0, 1, 2}),
        ([5, 0], {0, 1}),
    ],
)
def test_small_cells_are_hidden_and_no_total_gives_them_back(counts: list[int], hidden: set[int]) -> None:
    """VIS-4. At the boundary of five."""
    assert hidden_cells(counts, 5) == hidden


def test_a_hidden_cell_is_never_certain() -> None:
    """VIS-4. Every table of up to four cells and 18 homes, told from what is published and from the rule itself:
    for each hidden cell at least two numbers remain possible."""
    for threshold, size, most in ((3, 2, 16), (3, 3, 16), (3, 4, 12), (5, 3, 18), (4, 4, 14)):
        said: dict[tuple[int, tuple[int | None, ...]], list[tuple[int, ...]]] = {}
        for counts in product(range(most + 1), repeat=size):
            if threshold <= sum(counts) <= most:
                hidden = hidden_cells(counts, threshold)
                seen = tuple(None if place in hidden else count for place, count in enumerate(counts))
                said.setdefault((sum(counts), seen), []).append(counts)
        for (_, seen), possible in said.items():
            for place in (place for place, count in enumerate(seen) if count is None):
                assert len({counts[place] for counts in possible}) > 1, (seen, possible)


def test_under_the_threshold_nothing_is_shown() -> None:
    """VIS-4."""
    assert figures_of(FORM, records(RICE=4)) == Figures(None, ())
    assert figures_of(FORM, records(RICE=5)).records == 5


def test_a_question_asked_by_a_hidden_answer_is_hidden_wholly() -> None:
    """VIS-4. Its cells would add up to the hidden one."""
    asked = [Answered({"/one": "RICE", "/then": name}) for name in CHOICES * 6]

    whole = figures_of(FORM, [*asked, *records(LAMP=10, TALK=10, NO_ANSWER=10)])
    telling = figures_of(FORM, [*asked, *records(LAMP=10, TALK=2, NO_ANSWER=10)])

    assert shown(whole, "then") == {"RICE": 6, "LAMP": 6, "TALK": 6, "NO_ANSWER": 30}
    assert set(shown(telling, "then").values()) == {None}


def conditional(answers: Sequence[int]) -> Figures:
    """So many of those who were asked gave each answer; of `one` every cell is great enough to be shown."""
    asked = [Answered({"/one": "RICE", "/then": name}) for name, count in zip(CHOICES, answers, strict=True)
             for _ in range(count)]  # fmt: skip
    return figures_of(FORM, [*asked, *records(LAMP=5, TALK=5, NO_ANSWER=5)])


def test_how_many_were_not_asked_gives_no_small_cell_back() -> None:
    """VIS-4. The deciding question shows that fifteen were not asked, so nobody's silence hides the two."""
    assert shown(conditional([10, 8, 2]), "one") == {"RICE": 20, "LAMP": 5, "TALK": 5, "NO_ANSWER": 5}
    assert shown(conditional([10, 8, 2]), "then") == {"RICE": 10, "LAMP": None, "TALK": None, "NO_ANSWER": None}


def test_a_hidden_answer_is_never_certain_to_who_knows_how_many_were_asked() -> None:
    """VIS-4. Every table of up to twelve who were asked and all answered."""
    said: dict[tuple[int, tuple[int | None, ...]], list[tuple[int, ...]]] = {}
    for counts in product(range(13), repeat=3):
        if 5 <= sum(counts) <= 12:
            seen = shown(conditional(counts), "then")
            said.setdefault((sum(counts), tuple(seen[name] for name in CHOICES)), []).append(counts)
    for (_, seen), possible in said.items():
        for place in (place for place, count in enumerate(seen) if count is None):
            assert len({counts[place] for counts in possible}) > 1, (seen, possible)


def test_what_nearly_all_of_those_who_were_asked_chose_is_as_telling() -> None:
    """VIS-4. Two did not choose it, whoever else was not asked."""
    many = [Answered({"/many": "RICE LAMP"})] * 18 + [Answered({"/many": "LAMP"})] * 2

    assert shown(figures_of(FORM, [*many, *[Answered({})] * 20]), "many")["RICE"] is None


def test_a_list_that_another_answer_filters_tells_nothing_that_is_hidden_there() -> None:
    """VIS-4. Who lives on which floor is hidden; the offers of a floor would add up to it."""
    form = form_of([row("integer", "storey"), row("select_one help", "near", choice_filter="floor = ${storey}")])
    found = [Answered({"/storey": "1", "/near": "RICE"})] * 9 + [Answered({"/storey": "2", "/near": "LAMP"})] * 9

    assert set(shown(figures_of(form, found), "near").values()) == {None}


def test_a_choice_that_nearly_all_made_is_as_telling_as_one_that_few_made() -> None:
    """VIS-4."""
    many = [Answered({"/many": "RICE LAMP"})] * 16 + [Answered({"/many": "LAMP"})] * 4

    assert shown(figures_of(FORM, many), "many") == {"RICE": None, "LAMP": None, "TALK": None, "NO_ANSWER": None}


def test_whole_numbers_come_in_bands_with_a_sum_only_where_nothing_is_hidden() -> None:
    """VIS-4."""
    even = [Answered({"/n": str(number)}) for number in [0, 1, 2, 3, 4, 5, 9] * 5]
    odd = even[:-1]

    table = next(one for one in figures_of(FORM, [*even, *records(NO_ANSWER=5)]).tables if one.question == "n")
    other = next(one for one in figures_of(FORM, odd).tables if one.question == "n")

    assert {count.cell: count.count for count in table.counts} == {
        "0": 5, "1": 5, "2": 5, "3": 5, "4": 5, "5+": 10, "NO_ANSWER": 5,
    }  # fmt: skip
    assert (table.total, other.total) == (120, None)


def test_texts_and_repetitions_are_not_published() -> None:
    """VIS-4."""
    figures = figures_of(FORM, [Answered({"/words": "我家漏水", "/person/0/age": "7"})] * 9)

    assert shown(figures, "words") == {"ANSWERED": None, "NO_ANSWER": None}
    assert "age" not in {table.question for table in figures.tables}


ANSWERED = st.builds(
    lambda one, many, n: Answered(
        {name: value for name, value in (("/one", one), ("/many", " ".join(sorted(many))), ("/n", str(n))) if value}
    ),
    st.sampled_from(["", *CHOICES]),
    st.sets(st.sampled_from(CHOICES)),
    st.integers(0, 9),
)


@settings(deadline=None)
@given(found=st.lists(ANSWERED, max_size=40), data=st.data())
def test_no_order_of_answers_changes_a_figure_and_no_small_cell_is_shown(
    found: list[Answered], data: st.DataObject
) -> None:
    """VIS-4. The invariant: figures depend on the counted records alone, show no cell under five, hide none alone."""
    figures = figures_of(FORM, found)

    assert figures_of(FORM, data.draw(st.permutations(found))) == figures
    for table in figures.tables:
        counts = [count.count for count in table.counts]
        assert all(count is None or count >= 5 for count in counts)
        if table.kind != "SELECT_MULTIPLE":
            assert counts.count(None) != 1
