"""Signing in from the mini-program: asked of its platform, or in sample mode said by the code itself."""

import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.registry.api.houses import Registry, bearer, running

STREET = "140109013"
MINI = "urn:linli:grant:mini-program"


@pytest.fixture
async def registry(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Registry]:
    async with running(database_urls["registry"], tmp_path / "data") as house:
        yield house


@pytest.mark.parametrize(("sample", "client"), [(True, "192.0.2.7"), (False, "127.0.0.1")])
async def test_sample_sign_ins_exist_on_loopback_in_sample_mode_only(
    clean: None, database_urls: Mapping[str, str], tmp_path: Path, sample: bool, client: str
) -> None:
    async with running(database_urls["registry"], tmp_path / "data", sample, client) as registry:
        await registry.enter("secretary", f"SECRETARY@{STREET}001")

        reply = await registry.sign_in(grant_type=MINI, code="dev:secretary")

    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


PROXIED = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 nginx"},
    {"Host": "evil.example"},
]


@pytest.mark.parametrize("sent", PROXIED, ids=str)
async def test_sample_sign_ins_are_not_for_who_comes_through_a_proxy_or_under_a_foreign_name(
    registry: Registry, sent: Mapping[str, str]
) -> None:
    form = {"grant_type": MINI, "code": "dev:secretary"}

    reply = await registry.http.post("/oauth/token", data=form, headers=sent)

    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


class _WeChat(BaseHTTPRequestHandler):
    """Speaks the platform's wire format: always 200, openid or errcode."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        good = asked.get("js_code") == ["good"] and asked.get("appid") == ["wx1"] and asked.get("secret") == ["s"]
        fault = {"errcode": -1 if asked.get("js_code") == ["busy"] else 40029, "errmsg": "?"}
        said = {"openid": "o-1", "session_key": "k"} if good else fault
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def wechat() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _WeChat) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_the_mini_program_platform_is_asked_who_a_code_is(
    clean: None, database_urls: Mapping[str, str], tmp_path: Path, wechat: str
) -> None:
    settings = {"wechat_app_id": "wx1", "wechat_app_secret": "s", "wechat_url": wechat}
    async with running(database_urls["registry"], tmp_path / "data", False, **settings) as registry:
        good = await registry.sign_in(grant_type=MINI, code="good")
        bad = await registry.sign_in(grant_type=MINI, code="stale")
        busy = await registry.sign_in(grant_type=MINI, code="busy")
        me = await registry.http.get("/v1/me", headers=bearer(good))

    assert (good.status_code, bad.status_code, busy.status_code) == (200, 400, 503)
    assert me.json()["next_step"] == "BIND_HOME"


async def test_a_mini_program_platform_that_is_away_is_said_so(
    clean: None, database_urls: Mapping[str, str], tmp_path: Path
) -> None:
    settings = {"wechat_app_id": "wx1", "wechat_app_secret": "s", "wechat_url": "http://127.0.0.1:1"}
    async with running(database_urls["registry"], tmp_path / "data", False, **settings) as registry:
        reply = await registry.sign_in(grant_type=MINI, code="good")

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
