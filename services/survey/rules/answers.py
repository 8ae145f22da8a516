"""Decides whether answers hold by the form's own rules: relevance, constraint, required, choices, repetitions."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.survey.rules.dependencies import order_of
from services.survey.rules.evaluating import Scene, evaluate, holds
from services.survey.rules.form import SELECTS, UNASKED, Choice, Form, Item, Kind, shown_text
from services.survey.rules.instance import AnswerFault, Instance, Placed, instance_of
from services.survey.rules.meaning import parsed
from services.survey.rules.reading import Sent
from services.survey.rules.values import (
    Atom,
    Node,
    is_applied,
    number_of,
    number_text,
    single,
    text_of,
)

HARMLESS = frozenset({"CONSENT_MISSING", "CONSENT_WITHDRAWN"})
"""The value was left out; the rest of the answers counts."""

FAULTS: Mapping[str, tuple[str, str]] = {
    "UNKNOWN_FIELD": ("问卷中没有这一项", "the form has no such field"),
    "WRONG_KIND": ("答案类型不对", "the answer is of the wrong kind"),
    "TOO_MUCH": ("答案过多", "there are too many answers"),
    "NOT_RELEVANT": ("按前面的回答,此题不应作答", "by the other answers this is not asked"),
    "CONSTRAINT": ("答案不符合题目的限制", "the answer breaks the question's constraint"),
    "REQUIRED": ("必答题没有作答", "a required answer is missing"),
    "NOT_A_CHOICE": ("所选不在选项中", "this is none of the choices"),
    "REPEAT_COUNT": ("重复组的个数不对", "the number of repetitions is not right"),
    "CONSENT_WITHDRAWN": ("同意已撤回,此答案已删除", "the consent was withdrawn and the answer removed"),
    "CONSENT_MISSING": ("未取得单独同意,此答案未保存", "without its own consent this answer was not kept"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers after the re-check. `values` holds, by JSON pointer, the text of each answer that applies."""

    values: Mapping[str, str]
    faults: tuple[AnswerFault, ...]

    @property
    def counts(self) -> bool:
        """Whether the answers may be counted: what fails is kept and shown, never counted."""
        return all(fault.code in HARMLESS for fault in self.faults)


def check_answers(form: Form, sent: Mapping[str, Sent], consents: Collection[str], now: datetime) -> Checked:
    """The re-check of what a device sent. Total: any JSON object has an outcome."""
    instance = instance_of(form, sent, consents)
    checker = _Checker(form, instance, now)
    checker.settle()
    faults = [*instance.faults, *checker.faults()]
    return Checked(dict(checker.values()), tuple(faults))


class _Checker:
    def __init__(self, form: Form, instance: Instance, now: datetime) -> None:
        self.form = form
        self.instance = instance
        self.now = now
        self.paths = form.paths()
        self.items = {item.path: item for item in form.all_items()}

    def scene(self, own: Node, node: Node | None = None) -> Scene:
        return Scene(node or own, own, self.now, self.paths, self.choice_name)

    def choice_name(self, path: str, value: str) -> str:
        item = self.items.get(path)
        for choice in self.form.lists.get(item.list_name, ()) if item else ():
            if choice.name == value:
                return shown_text(choice.label, "zh")
        return value

    def settle(self) -> None:
        """Relevance and calculations, each after all it needs."""
        for name in order_of(self.form):
            for placed in self.instance.placed.get(name, ()):
                self._settle(placed)

    def _settle(self, placed: Placed) -> None:
        item, node = placed.item, placed.node
        if item.relevant:
            node.relevant = holds(parsed(item.relevant), self.scene(node))
        if item.calculation and is_applied(node):
            found = single(evaluate(parsed(item.calculation), self.scene(node)))
            node.value = None if text_of(found) == "" else found

    def faults(self) -> Iterator[AnswerFault]:
        for placed in self.instance.every():
            if is_applied(placed.node):
                yield from self._leaf_faults(placed)
            elif placed.was_sent:
                yield AnswerFault(placed.pointer, "NOT_RELEVANT")
        yield from self._count_faults()

    def _leaf_faults(self, placed: Placed) -> Iterator[AnswerFault]:
        item, node = placed.item, placed.node
        if item.children or item.kind in UNASKED:
            return
        if node.value is None:
            if item.required and not placed.was_sent and holds(parsed(item.required), self.scene(node)):
                yield AnswerFault(placed.pointer, "REQUIRED")
            return
        if item.kind in SELECTS and not self._are_choices(item, node):
            yield AnswerFault(placed.pointer, "NOT_A_CHOICE")
        if item.constraint and not holds(parsed(item.constraint), self.scene(node)):
            yield AnswerFault(placed.pointer, "CONSTRAINT")

    def _are_choices(self, item: Item, node: Node) -> bool:
        offered = {choice.name: choice for choice in self.form.lists.get(item.list_name, ())}
        names = text_of(single(node.value or "")).split()
        return all(name in offered and self._passes(item, node, offered[name]) for name in names)

    def _passes(self, item: Item, node: Node, choice: Choice) -> bool:
        if not item.choice_filter:
            return True
        row = Node("item", "")
        row.children = [Node(name, "", row, text) for name, text in (("name", choice.name), *choice.columns)]
        return holds(parsed(item.choice_filter), self.scene(node, row))

    def _count_faults(self) -> Iterator[AnswerFault]:
        for item in self.form.all_items():
            if item.kind is Kind.REPEAT and item.repeat_count:
                for parent, pointer in self._parents(item):
                    yield from self._count_fault(item, parent, pointer)

    def _parents(self, item: Item) -> Iterator[tuple[Node, str]]:
        above = item.path.rpartition("/")[0]
        if above == self.instance.root.path:
            yield self.instance.root, ""
        else:
            found = self.instance.placed.get(above.rpartition("/")[2], ())
            yield from ((placed.node, placed.pointer) for placed in found)

    def _count_fault(self, item: Item, parent: Node, pointer: str) -> Iterator[AnswerFault]:
        """The count is read as if in a repetition, of which there may be none yet."""
        stand_in = Node(item.name, item.path, parent)
        if not is_applied(parent) or (item.relevant and not holds(parsed(item.relevant), self.scene(stand_in))):
            return
        wanted = number_of(evaluate(parsed(item.repeat_count), self.scene(stand_in)))
        there = sum(child.name == item.name for child in parent.children)
        if not math.isnan(wanted) and there != max(0, int(min(wanted, 1e6))):
            yield AnswerFault(f"{pointer}/{item.name}", "REPEAT_COUNT")

    def values(self) -> Iterator[tuple[str, str]]:
        for placed in self.instance.every():
            if placed.node.value is not None and not placed.item.children and is_applied(placed.node):
                yield placed.pointer, written(placed.node.value)


def without(sent: Mapping[str, Sent], pointers: Collection[str]) -> dict[str, Sent]:
    """VIS-2. The answers as sent, but for the values at some pointers: what must not be kept is not kept."""
    found = _pruned(sent, "", frozenset(pointers))
    return found if isinstance(found, dict) else {}


def _pruned(sent: Sent, at: str, pointers: frozenset[str]) -> Sent:
    if isinstance(sent, Mapping):
        return {
            name: _pruned(one, f"{at}/{name}", pointers) for name, one in sent.items() if f"{at}/{name}" not in pointers
        }
    if isinstance(sent, list):
        return [_pruned(one, f"{at}/{place}", pointers) for place, one in enumerate(sent)]
    return sent


def written(value: Atom) -> str:
    """A value as it is stored: days and instants in ISO 8601, numbers without exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return value.isoformat() if isinstance(value, date) else value
