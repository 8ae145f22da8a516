"""Decides how answers as sent become the tree that a form's expressions are read over."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from services.survey.rules.form import ROOT, Form, Item, Kind
from services.survey.rules.reading import Sent, WrongKind, is_empty, value_of
from services.survey.rules.values import Node

MOST_REPEATS = 100
MOST_NODES = 5_000
NOT_READ = frozenset({Kind.NOTE, Kind.CALCULATE})
"""Computed here, whatever a device says of them."""


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """What does not hold of an answer. `pointer` is a JSON pointer into the answers."""

    pointer: str
    code: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A node with the item it answers and where it stands in the answers."""

    item: Item
    node: Node
    pointer: str
    was_sent: bool = False


@dataclass(slots=True)
class Instance:
    """An answered form: every node by item name, and what could not be read."""

    root: Node
    placed: dict[str, list[Placed]] = field(default_factory=dict)
    faults: list[AnswerFault] = field(default_factory=list)
    size: int = 0

    def every(self) -> Iterator[Placed]:
        for found in self.placed.values():
            yield from found


def instance_of(form: Form, sent: Mapping[str, Sent], consents: Collection[str]) -> Instance:
    """The tree of the answers. A value whose consent is missing is not taken in (VIS-2)."""
    instance = Instance(Node(ROOT, f"/{ROOT}"))
    _Filler(instance, consents).fill(form.items, sent, instance.root, "", "")
    return instance


class _Filler:
    def __init__(self, instance: Instance, consents: Collection[str]) -> None:
        self.instance = instance
        self.consents = consents

    def fault(self, pointer: str, code: str) -> None:
        self.instance.faults.append(AnswerFault(pointer, code))

    def fill(self, items: tuple[Item, ...], sent: Mapping[str, Sent], parent: Node, at: str, needs: str) -> None:
        names = {item.name for item in items}
        for unknown in [name for name in sent if name not in names][:20]:
            self.fault(f"{at}/{_escaped(unknown)}", "UNKNOWN_FIELD")
        for item in items:
            purpose = item.consent or needs
            if item.kind is Kind.REPEAT:
                self.repeat(item, sent.get(item.name), parent, at, purpose)
            elif item.kind is Kind.GROUP:
                self.group(item, sent.get(item.name), parent, f"{at}/{item.name}", purpose)
            else:
                self.leaf(item, sent.get(item.name), parent, f"{at}/{item.name}", purpose)

    def repeat(self, item: Item, sent: Sent, parent: Node, at: str, needs: str) -> None:
        pointer = f"{at}/{item.name}"
        if sent is not None and (not isinstance(sent, list) or len(sent) > MOST_REPEATS):
            self.fault(pointer, "WRONG_KIND")
            return
        for place, one in enumerate(sent if isinstance(sent, list) else ()):
            self.group(item, one, parent, f"{pointer}/{place}", needs)

    def group(self, item: Item, sent: Sent, parent: Node, pointer: str, needs: str) -> None:
        if sent is not None and not isinstance(sent, dict):
            self.fault(pointer, "WRONG_KIND")
        node = self.node(item, parent, pointer, False)
        if node is not None:
            self.fill(item.children, sent if isinstance(sent, dict) else {}, node, pointer, needs)

    def leaf(self, item: Item, sent: Sent, parent: Node, pointer: str, needs: str) -> None:
        taken = not is_empty(sent) and item.kind not in NOT_READ
        if taken and needs and needs not in self.consents:
            self.fault(pointer, "CONSENT_MISSING")
            taken = False
        node = self.node(item, parent, pointer, taken)
        if node is None or not taken:
            return
        try:
            node.value = value_of(item.kind, sent)
        except WrongKind:
            self.fault(pointer, "WRONG_KIND")

    def node(self, item: Item, parent: Node, pointer: str, was_sent: bool) -> Node | None:
        self.instance.size += 1
        if self.instance.size > MOST_NODES:
            if self.instance.size == MOST_NODES + 1:
                self.fault(pointer, "TOO_MUCH")
            return None
        node = Node(item.name, item.path, parent)
        parent.children.append(node)
        self.instance.placed.setdefault(item.name, []).append(Placed(item, node, pointer, was_sent))
        return node


def _escaped(name: str) -> str:
    """A key as part of a JSON pointer that can be stored and shown."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in name[:60])
    return shown.replace("~", "~0").replace("/", "~1")
