"""How the gateway's own pages are put together: one layout, both languages, nothing inline, everything escaped."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.texts import Language, asked_language

# No inline script or style, nothing from elsewhere. Swagger UI draws its icons from data: URLs.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
LAYOUT = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · 邻里 Linli</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/page.css">
{head}</head>
<body>
<header><a class="mark" href="/">邻里 Linli</a><nav><a href="/docs">{docs}</a><a href="/problems">{problems}</a>
<a href="/health/ready">{health}</a><a href="?lang={other}" hreflang="{other}">{other_name}</a></nav></header>
<main>
{body}
</main>
</body>
</html>
"""


def language_of(request: Request) -> Language:
    """`?lang=` where a reader chose it by a link, else what his browser asks for."""
    chosen = request.query_params.get("lang", "")
    return Language(chosen) if chosen in set(Language) else asked_language(request.headers.get("accept-language", ""))


def page(title: str, body: str, language: Language, status: int = 200, head: str = "") -> Response:
    """A whole page; `body` and `head` are markup, `title` is text."""
    chinese = language is Language.ZH
    markup = LAYOUT.format(
        lang=language.value,
        title=escape(title),
        head=head,
        body=body,
        docs="接口文档" if chinese else "API",
        problems="错误说明" if chinese else "Problems",
        health="状态" if chinese else "Health",
        other=(Language.EN if chinese else Language.ZH).value,
        other_name="English" if chinese else "中文",
    )
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "Content-Language": language.value,
        "Vary": "Accept-Language",
        "Cache-Control": "no-cache",
    }
    return HTMLResponse(markup, status, headers)
