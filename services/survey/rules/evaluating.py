"""Decides what an expression yields at one place of an answered form."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.survey.rules.expressions import Call, Expression, Literal, Negation, Operation, Path, Reference, Step
from services.survey.rules.functions import FUNCTIONS, day_of
from services.survey.rules.values import (
    NAN,
    Node,
    NodeSet,
    Value,
    atom_of,
    equal,
    number_of,
    ordered,
    text_of,
    truth_of,
    unequal,
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an expression is read. `own` is the node whose cell it is in, `node` the one that steps start from."""

    node: Node
    own: Node
    now: datetime
    paths: Mapping[str, str]
    """Question name -> its path in the form, "/data/person/age"."""
    choice_names: Callable[[str, str], str] = field(default=lambda path, value: value)
    """(question path, choice) -> the label of the choice."""
    position: int = 1
    size: int = 1


def evaluate(expression: Expression, scene: Scene) -> Value:
    """The value. Total: whatever the answers are, there is one."""
    match expression:
        case Literal(value):
            return value
        case Reference(name, _):
            return NodeSet(referred(scene, name))
        case Negation(value):
            return -number_of(evaluate(value, scene))
        case Operation(sign, left, right):
            return _operation(sign, left, right, scene)
        case Call(name, arguments, _):
            placed = _PLACED.get(name)
            if placed is not None:
                return placed(arguments, scene)
            return FUNCTIONS[name].meaning([evaluate(one, scene) for one in arguments])
        case Path():
            return NodeSet(_walk(expression, scene))


def holds(expression: Expression, scene: Scene) -> bool:
    """Whether it is true there; a path to a leaf counts by what the leaf says, as on the device."""
    value = evaluate(expression, scene)
    if isinstance(value, NodeSet):
        return bool(value.nodes) and truth_of(atom_of(value.nodes[0]))
    return truth_of(value)


def _operation(sign: str, left: Expression, right: Expression, scene: Scene) -> Value:
    if sign in {"or", "and"}:
        first = holds(left, scene)
        return first if first == (sign == "or") else holds(right, scene)
    one, other = evaluate(left, scene), evaluate(right, scene)
    if sign == "=":
        return equal(one, other)
    if sign == "!=":
        return unequal(one, other)
    if sign == "|":
        return _union(one, other)
    if sign in _ARITHMETIC:
        return _ARITHMETIC[sign](number_of(one), number_of(other))
    return ordered(one, other, sign)


def _union(one: Value, other: Value) -> Value:
    found: dict[int, Node] = {}
    for value in (one, other):
        for node in value.nodes if isinstance(value, NodeSet) else ():
            found.setdefault(id(node), node)
    return NodeSet(tuple(found.values()))


def _div(one: float, other: float) -> float:
    if other != 0:
        return one / other
    return NAN if one == 0 or math.isnan(one) else math.copysign(math.inf, one) * math.copysign(1, other)


def _mod(one: float, other: float) -> float:
    """XPath 1.0: the sign of the first; 5 mod -2 = 1, -5 mod 2 = -1."""
    return math.fmod(one, other) if other != 0 and math.isfinite(one) else NAN


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "div": _div,
    "mod": _mod,
}


def root_of(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def referred(scene: Scene, name: str) -> tuple[Node, ...]:
    """The nodes of a question, within the nearest repetition that holds both it and the expression's own place."""
    wanted = scene.paths.get(name)
    if wanted is None:
        return ()
    start: Node | None = scene.own
    while start is not None and start.path != wanted and not wanted.startswith(start.path + "/"):
        start = start.parent
    if start is None:
        return ()
    return _descend((start,), [part for part in wanted[len(start.path) :].split("/") if part])


def _descend(nodes: Sequence[Node], names: Sequence[str]) -> tuple[Node, ...]:
    found = tuple(nodes)
    for name in names:
        found = tuple(child for node in found for child in node.children if child.name == name)
    return found


def _walk(path: Path, scene: Scene) -> tuple[Node, ...]:
    if path.start is not None:
        value = evaluate(path.start, scene)
        nodes = value.nodes if isinstance(value, NodeSet) else ()
    elif path.from_root:
        nodes = (Node("", "", children=[root_of(scene.own)]),)
    else:
        nodes = (scene.node,)
    for step in path.steps:
        nodes = _step(nodes, step, scene)
    return nodes


def _step(nodes: Sequence[Node], step: Step, scene: Scene) -> tuple[Node, ...]:
    if step.name == ".":
        return _kept(tuple(nodes), step, scene)  # `(…)[2]` and `./` number the whole set
    found: dict[int, Node] = {}
    for node in nodes:
        if step.name == "..":
            near: tuple[Node, ...] = () if node.parent is None else (node.parent,)
        else:
            near = tuple(child for child in node.children if step.name in {"*", child.name})
        for one in _kept(near, step, scene):
            found.setdefault(id(one), one)
    return tuple(found.values())


def _kept(nodes: tuple[Node, ...], step: Step, scene: Scene) -> tuple[Node, ...]:
    for predicate in step.predicates:
        nodes = tuple(
            node
            for place, node in enumerate(nodes, 1)
            if _passes(predicate, replace(scene, node=node, position=place, size=len(nodes)))
        )
    return nodes


def _passes(predicate: Expression, scene: Scene) -> bool:
    value = evaluate(predicate, scene)
    if isinstance(value, float):
        return value == scene.position
    return truth_of(value)


def _if(arguments: Sequence[Expression], scene: Scene) -> Value:
    return evaluate(arguments[1] if holds(arguments[0], scene) else arguments[2], scene)


def _once(arguments: Sequence[Expression], scene: Scene) -> Value:
    return atom_of(scene.own) if text_of(atom_of(scene.own)) != "" else evaluate(arguments[0], scene)


def _position(arguments: Sequence[Expression], scene: Scene) -> Value:
    """position(..): which repetition, from 1. position(): the place within the set that a predicate filters."""
    if not arguments:
        return float(scene.position)
    value = evaluate(arguments[0], scene)
    if not isinstance(value, NodeSet) or not value.nodes:
        return NAN
    node = value.nodes[0]
    siblings = node.parent.children if node.parent else [node]
    return float([one for one in siblings if one.name == node.name].index(node) + 1)


def _indexed(arguments: Sequence[Expression], scene: Scene) -> Value:
    """indexed-repeat(${leaf}, ${repeat}, n, …): the leaf within the n-th repetition, outer one first."""
    start = (root_of(scene.own),)
    for repeat, number in zip(arguments[1::2], arguments[2::2], strict=True):
        wanted = number_of(evaluate(number, scene))
        repeats = _descend(start, _names(repeat, scene, start[0]))
        if not (math.isfinite(wanted) and 1 <= wanted <= len(repeats)):
            return ""
        start = (repeats[int(wanted) - 1],)
    return NodeSet(_descend(start, _names(arguments[0], scene, start[0])))


def _names(expression: Expression, scene: Scene, start: Node) -> list[str]:
    path = scene.paths.get(expression.name, "") if isinstance(expression, Reference) else ""
    return [part for part in path[len(start.path) :].split("/") if part]


def _choice_name(arguments: Sequence[Expression], scene: Scene) -> Value:
    """jr:choice-name(value, '${question}'): the label of a choice."""
    question = arguments[1]
    name = question.name if isinstance(question, Reference) else text_of(evaluate(question, scene))
    path = scene.paths.get(name.strip().removeprefix("${").removesuffix("}").strip(), "")
    return scene.choice_names(path, text_of(evaluate(arguments[0], scene)))


_PLACED: Mapping[str, Callable[[Sequence[Expression], Scene], Value]] = {
    "if": _if,
    "once": _once,
    "today": lambda arguments, scene: day_of(scene.now),
    "now": lambda arguments, scene: scene.now,
    "position": _position,
    "last": lambda arguments, scene: float(scene.size),
    "current": lambda arguments, scene: NodeSet((scene.own,)),
    "indexed-repeat": _indexed,
    "jr:choice-name": _choice_name,
}
