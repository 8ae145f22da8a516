"""The gateway's own contract: `own.json` with every problem written out as the rooms' contracts have it."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gateway.errors import ERRORS
from shared.openapi import LANGUAGE_PARAMETER, PROBLEM
from shared.problems import HOUSE, Answer, Refusal, response_of

OWN = Path(__file__).parent / "own.json"


def own_contract() -> dict[str, Any]:
    """A whole OpenAPI document, ready to be committed as contracts/gateway.json."""
    document: dict[str, Any] = json.loads(OWN.read_text("utf-8"))
    rows = {answer.slug: answer for answer in (*ERRORS.values(), *HOUSE.values())}
    for item in document["paths"].values():
        for operation in item.values():
            _write_out(operation, [rows[slug] for slug in operation.pop("x-problems")])
    document["components"]["schemas"]["Problem"] = dict(PROBLEM)
    document["x-problems"] = problem_table(HOUSE, ERRORS)
    return document


def _write_out(operation: dict[str, Any], answers: Iterable[Answer]) -> None:
    operation.setdefault("parameters", []).append(dict(LANGUAGE_PARAMETER))
    by_status: dict[int, list[Answer]] = {}
    for answer in answers:
        by_status.setdefault(answer.status, []).append(answer)
    for status, found in by_status.items():
        operation["responses"][str(status)] = response_of(found)


def problem_table(*tables: Mapping[type[Refusal], Answer]) -> dict[str, Any]:
    """A contract's `x-problems`: slug -> status and texts, for the pages behind a problem's `type`."""
    answers = {answer.slug: answer for table in tables for answer in table.values()}
    return {slug: _row(answer) for slug, answer in sorted(answers.items())}


def _row(answer: Answer) -> dict[str, Any]:
    texts = {"zh": answer.zh, "en": answer.en, "detail_zh": answer.detail_zh, "detail_en": answer.detail_en}
    return {"status": answer.status, **{name: text for name, text in texts.items() if text}}
