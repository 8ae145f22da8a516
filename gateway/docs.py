"""The docs page: the composed document in a viewer served from here, and openly what the sample compound offers."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from gateway.documents import Document
from gateway.markup import language_of, page
from shared.loopback import is_local
from shared.problems import Unknown
from shared.texts import Language

STATIC = Path(__file__).parent / "static"
# Swagger UI (Apache-2.0) as the wheel `fastapi-swagger` carries it; only its files are used, its code is not imported.
VIEWER = "fastapi_swagger"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
DAY_CACHED = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class SampleSignIn:
    """Somebody of the sample compound whom a developer on this machine may be: what to send to `POST /oauth/token`."""

    person: str
    role_zh: str
    role_en: str
    may_zh: str
    may_en: str
    form: tuple[tuple[str, str], ...]

    @property
    def body(self) -> str:
        """The form as curl's -d takes it."""
        return "&".join(f"{name}={value}" for name, value in self.form)


def viewer_folder() -> Path | None:
    """Where the viewer's files are installed; None without them (the docs page then says so)."""
    found = importlib.util.find_spec(VIEWER)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "resources"


class DocsPages:
    """`/`, `/docs` and `/docs/assets/<file>`."""

    def __init__(self, sample: bool, sign_ins: Sequence[SampleSignIn]) -> None:
        self._sample = sample
        self._sign_ins = sign_ins
        self._viewer = viewer_folder()
        files = {name: STATIC / name for name in ("page.css", "start.js")}
        if self._viewer is not None:
            files |= {name: self._viewer / name for name in ("swagger-ui.css", "swagger-ui-bundle.js")}
        self._assets = {
            name: Document(partial(Path.read_bytes, file), MEDIA_TYPES[file.suffix], DAY_CACHED)
            for name, file in files.items()
        }

    async def asset(self, request: Request) -> Response:
        document = self._assets.get(request.url.path.rsplit("/", 1)[1])
        if document is None:
            raise Unknown
        return await document.get(request)

    async def home(self, request: Request) -> Response:
        """What this is and where to look."""
        language = language_of(request)
        title, lines = HOME[language]
        items = "".join(f'<li><a href="{address}">{text}</a></li>' for address, text in lines)
        return page(title, f"<h1>{title}</h1>{self._sample_note(request, language)}<ul>{items}</ul>", language)

    async def docs(self, request: Request) -> Response:
        language = language_of(request)
        title = "接口文档" if language is Language.ZH else "API"
        return page(
            title,
            f'{self._sample_note(request, language)}<div id="viewer">{self._fallback(language)}</div>',
            language,
            head=VIEWER_HEAD if self._viewer is not None else "",
        )

    def _fallback(self, language: Language) -> str:
        """What stands in the viewer's place until it is drawn, or for good without script or viewer."""
        if language is Language.ZH:
            return '<p>接口描述见 <a href="/openapi.json">/openapi.json</a>(OpenAPI 3.1)。</p>'
        return '<p>The description is at <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>'

    def _sample_note(self, request: Request, language: Language) -> str:
        """Openly: this is no real compound. The sign-ins only to whom they would work for."""
        if not self._sample:
            return ""
        said, how, heads = SAMPLE[language]
        if not is_local(request) or not self._sign_ins:
            return f'<aside class="sample"><p>{said}</p></aside>'
        rows = "".join(_row(sign_in, language) for sign_in in self._sign_ins)
        head = "".join(f"<th>{text}</th>" for text in heads)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f'<aside class="sample"><p>{said}</p><details open><summary>{how}</summary>{table}</details></aside>'


def _row(sign_in: SampleSignIn, language: Language) -> str:
    chinese = language is Language.ZH
    cells = (sign_in.role_zh, sign_in.may_zh) if chinese else (sign_in.role_en, sign_in.may_en)
    plain = "".join(f"<td>{escape(text)}</td>" for text in (sign_in.person, *cells))
    button = f'<button type="button" data-sign-in="{escape(sign_in.body)}">{"登录" if chinese else "Sign in"}</button>'
    code = escape("=".join(sign_in.form[-1]))
    return f"<tr>{plain}<td><code>{code}</code></td><td>{button}</td></tr>"


VIEWER_HEAD = """<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<script src="/docs/assets/swagger-ui-bundle.js" defer></script>
<script src="/docs/assets/start.js" defer></script>
"""
HOME = {
    Language.ZH: (
        "邻里:小区自治后台",
        (
            ("/docs", "接口文档"),
            ("/openapi.json", "OpenAPI 3.1 描述"),
            ("/problems", "错误说明"),
            ("/health/ready", "运行状态"),
        ),
    ),
    Language.EN: (
        "Linli: backend of a self-governing compound",
        (
            ("/docs", "API documentation"),
            ("/openapi.json", "OpenAPI 3.1 document"),
            ("/problems", "What each problem means"),
            ("/health/ready", "Health"),
        ),
    ),
}
SAMPLE = {
    Language.ZH: (
        "<strong>示例模式:</strong>已载入虚构的示例小区,所有人物均为虚构。请勿录入真实数据。",
        "示例登录(仅限本机;grant_type=urn:linli:grant:mini-program)",
        ("人物", "角色", "可以做什么", "POST /oauth/token", ""),
    ),
    Language.EN: (
        "<strong>Sample mode:</strong> an invented compound is loaded; nobody in it is real. Enter no real data.",
        "Sample sign-ins (this machine only; grant_type=urn:linli:grant:mini-program)",
        ("Person", "Role", "May", "POST /oauth/token", ""),
    ),
}
