"""What each problem type means and what to do about it: the page behind a problem's `type`."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gateway.markup import language_of, page
from shared.problems import Answer, Unknown
from shared.texts import Language

# What to do, by status; (zh, en). Rows name the first thing that helps.
ADVICE: Mapping[int, tuple[str, str]] = {
    400: ("请检查请求的格式:JSON、请求头或网址。同样的请求重发不会成功。",
          "Check the form of the request: JSON, headers or address. Repeating it unchanged will not help."),
    401: ("请重新登录或刷新令牌,然后重试。", "Sign in again or refresh the token, then retry."),
    403: ("请用具有所需角色的账号操作;接口文档的 x-roles 列出了角色。",
          "Use an account that has the role; `x-roles` in the API document lists them."),
    404: ("请核对网址和编号。您无权知道的对象也会显示为不存在。",
          "Check the address and the id. What you may not know of is also answered this way."),
    405: ("请看 Allow 响应头列出的方法。", "See the methods in the Allow header."),
    406: ("请在 Accept 中写所提供的格式之一。", "Ask in Accept for one of the offered formats."),
    409: ("对象的当前状态不允许此操作。请重新读取,按 allowed 中列出的操作进行。",
          "The state of the thing forbids this. Read it again and choose from `allowed`."),
    410: ("此对象已不可用。", "This is gone for good."),
    412: ("请重新读取最新内容,合并您的修改后带新的 ETag 再提交。",
          "Read the newest version, merge your change, and send it with the new ETag."),
    413: ("请减小内容:普通请求 1 MiB,文件 10 MiB。", "Send less: 1 MiB for ordinary requests, 10 MiB for files."),
    415: ("请按所支持的格式发送,并写对 Content-Type。", "Send a supported format with the right Content-Type."),
    422: ("请按提示更正后重新提交。", "Correct what is named and send it again."),
    423: ("请稍后再试,或联系管理员解锁。", "Try later, or ask the operator to unlock it."),
    428: ("请先读取对象,并在 If-Match 中带上其 ETag。", "Read it first and send its ETag in If-Match."),
    429: ("请等待 Retry-After 所示秒数后再试,并降低请求频率。", "Wait for Retry-After seconds and slow down."),
    500: ("这是我们的问题,已有记录。请把 trace_id 告诉管理员。",
          "This is our fault and on record. Tell the operator the trace_id."),
    503: ("请等待 Retry-After 所示秒数,用同一 Idempotency-Key 重试。",
          "Wait for Retry-After seconds and retry with the same Idempotency-Key."),
}  # fmt: skip
OTHERWISE = ("请核对请求后重试。", "Check the request and try again.")
Problems = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Told:
    """A problem in one language."""

    slug: str
    status: int
    title: str
    detail: str
    advice: str


def problems_in(document: Mapping[str, Any]) -> dict[str, Answer]:
    """The composed `x-problems`: slug -> answer, the house's own and every room's."""
    return {
        slug: Answer(row["status"], slug, row["zh"], row["en"], row.get("detail_zh", ""), row.get("detail_en", ""))
        for slug, row in sorted(document.get("x-problems", {}).items())
    }


def told(answer: Answer, language: Language) -> Told:
    chinese = language is Language.ZH
    zh, en = ADVICE.get(answer.status, OTHERWISE)
    return Told(
        slug=answer.slug,
        status=answer.status,
        title=answer.zh if chinese else answer.en,
        detail=_without_facts(answer.detail_zh if chinese else answer.detail_en),
        advice=zh if chinese else en,
    )


def _without_facts(template: str) -> str:
    """A detail's template with … for the facts of the single case."""
    return "".join(text + ("…" if name is not None else "") for text, name, _, _ in string.Formatter().parse(template))


class ProblemPages:
    """`/problems` and `/problems/<slug>`, as HTML or, where asked, as plain text."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    async def index(self, request: Request) -> Response:
        language = language_of(request)
        rows = [told(answer, language) for answer in self._problems.values()]
        title = "错误说明" if language is Language.ZH else "Problems"
        if _wants_text(request):
            return _text("\n".join(f"{row.status} {row.slug}: {row.title}" for row in rows), language)
        items = "\n".join(
            f'<tr><td>{row.status}</td><td><a href="/problems/{row.slug}"><code>{row.slug}</code></a></td>'
            f"<td>{escape(row.title)}</td></tr>"
            for row in rows
        )
        return page(title, f"<h1>{title}</h1>\n<table>{items}</table>", language)

    async def one(self, request: Request) -> Response:
        answer = self._problems.get(request.url.path.rsplit("/", 1)[1])
        if answer is None:
            raise Unknown
        language = language_of(request)
        row = told(answer, language)
        means, to_do = ("含义", "怎么办") if language is Language.ZH else ("What it means", "What to do")
        if _wants_text(request):
            return _text(f"{row.title} ({row.status})\n\n{row.detail}\n\n{to_do}: {row.advice}", language)
        detail = f"<p>{escape(row.detail)}</p>" if row.detail else ""
        stop = "。" if language is Language.ZH else "."
        body = (
            f"<h1>{escape(row.title)}</h1>\n<p><code>{row.slug}</code> · HTTP {row.status}</p>\n"
            f"<h2>{means}</h2>\n<p>{escape(row.title)}{stop}</p>{detail}\n<h2>{to_do}</h2>\n<p>{escape(row.advice)}</p>"
        )
        return page(row.title, body, language)


def _wants_text(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "text/plain" in accept and "text/html" not in accept


def _text(content: str, language: Language) -> Response:
    headers = {"Content-Language": language.value, "Vary": "Accept, Accept-Language"}
    return PlainTextResponse(content + "\n", headers=headers)
