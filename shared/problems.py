"""What a refusal looks like on the wire: RFC 9457 problems in the asked language, from one table per room."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import Response

from shared.texts import Language

MEDIA_TYPE = "application/problem+json"


class Refusal(Exception):
    """A fact that ends a request; its keyword arguments are what the answer may tell."""

    keeps: ClassVar[bool] = False
    """True where what was written before the refusal must stand (a counted failed sign-in)."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(type(self).__name__)
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of a room's error table. Details are `str.format` templates over the refusal's facts.

    `members` names the facts that become members of the problem; `headers` maps a header to the fact it shows.
    """

    status: int
    slug: str
    zh: str
    en: str
    detail_zh: str = ""
    detail_en: str = ""
    members: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


class NotSignedIn(Refusal):
    pass


class RoleForbidden(Refusal):
    pass


class Unknown(Refusal):
    pass


class MethodUnknown(Refusal):
    pass


class Malformed(Refusal):
    pass


class Invalid(Refusal):
    """Facts: errors, a list of {"pointer", "detail", "code"}."""


class TooLarge(Refusal):
    pass


class MediaUnsupported(Refusal):
    pass


class NotAcceptable(Refusal):
    pass


class StaleVersion(Refusal):
    pass


class VersionNeeded(Refusal):
    pass


class KeyReused(Refusal):
    pass


class StillRunning(Refusal):
    pass


class Collided(Refusal):
    """Somebody wrote the same thing at the same moment, and was first."""


class TooMany(Refusal):
    """Facts: retry_after, seconds."""


class Busy(Refusal):
    """Facts: retry_after, seconds."""


class Overdue(Refusal):
    """The write took longer than its deadline; it may still be stored. Facts: retry_after."""


class NeighbourDown(Refusal):
    """Facts: neighbour, retry_after."""


class SampleOnly(Refusal):
    pass


class Crashed(Refusal):
    """Our own fault; told without details."""


RETRY = (("Retry-After", "retry_after"),)

HOUSE: Mapping[type[Refusal], Answer] = {
    NotSignedIn: Answer(
        401,
        "not-signed-in",
        "请先登录",
        "Sign in first",
        "访问令牌缺失、无效或已过期。",
        "The access token is missing, invalid or expired.",
        headers=(("WWW-Authenticate", "challenge"),),
    ),
    RoleForbidden: Answer(
        403, "role-forbidden", "您的角色无权执行此操作", "Your role may not do this", members=("needed",)
    ),
    Unknown: Answer(
        404, "unknown", "没有找到", "Not found", "没有这个地址或对象。", "There is no such address or thing."
    ),
    MethodUnknown: Answer(
        405, "method-unknown", "不支持此方法", "Method not offered here", headers=(("Allow", "allow"),)
    ),
    Malformed: Answer(400, "malformed", "请求无法读懂", "The request cannot be read", "{reason_zh}", "{reason_en}"),
    Invalid: Answer(
        422,
        "invalid",
        "填写的内容有误",
        "Some fields are not right",
        "请按 errors 中的提示逐项更正。",
        "Correct the fields listed in errors.",
        members=("errors",),
    ),
    TooLarge: Answer(
        413,
        "too-large",
        "内容过大",
        "Too large",
        "此处最多接受 {limit} 字节。",
        "At most {limit} bytes are taken here.",
    ),
    MediaUnsupported: Answer(
        415,
        "media-unsupported",
        "不支持的内容格式",
        "Media type not supported",
        "可用:{supported}。",
        "Supported: {supported}.",
        members=("supported",),
    ),
    NotAcceptable: Answer(406, "not-acceptable", "无法提供所要的格式", "No offered format fits", members=("offered",)),
    StaleVersion: Answer(
        412,
        "stale-version",
        "内容已被他人修改",
        "Changed by somebody else meanwhile",
        "请重新读取后再改。",
        "Read it again, then change it.",
    ),
    VersionNeeded: Answer(
        428, "version-needed", "请带上 If-Match", "If-Match is needed", "请用读取时的 ETag。", "Send the ETag you read."
    ),
    KeyReused: Answer(
        422,
        "key-reused",
        "幂等键已用于另一请求",
        "This key was used for another request",
        "同一 Idempotency-Key 只能重发同一内容。",
        "An Idempotency-Key may only repeat the same body.",
    ),
    StillRunning: Answer(
        409,
        "still-running",
        "同一请求正在处理",
        "The same request is still running",
        "请稍后用同一键重试。",
        "Retry with the same key in a moment.",
        headers=RETRY,
    ),
    Collided: Answer(
        409,
        "collided",
        "与他人同时提交了同一内容",
        "Somebody wrote the same at the same moment",
        "请重新读取后再试。",
        "Read it again, then try again.",
    ),
    TooMany: Answer(
        429,
        "too-many",
        "请求过于频繁",
        "Too many requests",
        "请在 {retry_after} 秒后再试。",
        "Retry in {retry_after} s.",
        headers=RETRY,
    ),
    Busy: Answer(
        503, "busy", "系统繁忙", "Busy", "请在 {retry_after} 秒后再试。", "Retry in {retry_after} s.", headers=RETRY
    ),
    Overdue: Answer(
        503,
        "outcome-unknown",
        "处理超时,结果未知",
        "Took too long, outcome unknown",
        "请用同一 Idempotency-Key 重试。",
        "Retry with the same Idempotency-Key.",
        headers=RETRY,
    ),
    NeighbourDown: Answer(
        503,
        "neighbour-down",
        "相关服务暂不可用",
        "A service that is needed does not answer",
        "服务 {neighbour} 没有应答,请稍后再试。",
        "Service {neighbour} did not answer; retry in a moment.",
        headers=RETRY,
    ),
    SampleOnly: Answer(403, "sample-only", "仅示例模式可用", "Only in sample mode"),
    Crashed: Answer(
        500,
        "crashed",
        "系统出错",
        "Our fault",
        "问题已记录,请把 trace_id 告诉管理员。",
        "It is on record; tell the operator the trace_id.",
    ),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a problem needs to know of the request it answers."""

    language: Language
    public_url: str
    trace_id: str


def problem(answer: Answer, facts: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The RFC 9457 body of an answer in the asked language."""
    chinese = asked.language is Language.ZH
    body: dict[str, Any] = {
        "type": f"{asked.public_url}/problems/{answer.slug}",
        "title": answer.zh if chinese else answer.en,
        "status": answer.status,
    }
    if detail := (answer.detail_zh if chinese else answer.detail_en):
        told = {name: _in_a_row(value, chinese) for name, value in facts.items()}
        body["detail"] = detail.format_map(_Facts(told))
    body["trace_id"] = asked.trace_id
    return body | {name: facts[name] for name in answer.members if name in facts}


def _in_a_row(value: object, chinese: bool) -> object:
    """A list as a sentence shows it, never as the language of the program writes it."""
    return ("、" if chinese else ", ").join(map(str, value)) if isinstance(value, list | tuple) else value


def render(answer: Answer, facts: Mapping[str, Any], asked: Asked) -> Response:
    """The whole reply: body, media type, language and the headers the table names."""
    headers = {name: str(facts[fact]) for name, fact in answer.headers if fact in facts}
    headers["Content-Language"] = asked.language.value
    headers["Cache-Control"] = "no-store"
    body = json.dumps(problem(answer, facts, asked), ensure_ascii=False, default=str).encode()
    return Response(body, answer.status, headers, MEDIA_TYPE)


class _Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "?"


def documented(table: Mapping[type[Refusal], Answer]) -> Callable[..., dict[int | str, dict[str, Any]]]:
    """A room's `answers(...)`: the `responses=` of a route, one problem+json entry a status."""

    def answers(*refusals: type[Refusal]) -> dict[int | str, dict[str, Any]]:
        rows: dict[int, list[Answer]] = {}
        for refusal in refusals:
            row = table.get(refusal) or HOUSE[refusal]
            rows.setdefault(row.status, []).append(row)
        return {status: response_of(found) for status, found in rows.items()}

    return answers


def response_of(rows: list[Answer]) -> dict[str, Any]:
    """An OpenAPI response for one or more problems that share a status."""
    examples = {
        row.slug: {"summary": row.zh, "value": problem(row, {}, Asked(Language.ZH, "https://linli.example", "0" * 32))}
        for row in rows
    }
    return {
        "description": "; ".join(f"{row.en} (`{row.slug}`)" for row in rows),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }
