"""What every refusal of the house must be: a problem in the asked language that leaves nothing behind."""

import re
from collections.abc import Mapping
from typing import Any

import httpx2
import psycopg
from psycopg import sql

from migrations.heads import ROOMS
from tests.factories.whole_house import WholeHouse

CHINESE = re.compile(r"[\u4e00-\u9fff]")
BACKGROUND = (
    "procrastinate",
    "audit_seal",
    "outbox_cursor",
    "notice_cursor",
    "ballot_notice",
    "checkpoint",
    "clock",
    "alembic",
    "feed",
)
LANGUAGES = ("zh-CN", "en")


class Ledger:
    """Counts every row of the house, and every stored file."""

    def __init__(self, admin: str, whole: WholeHouse) -> None:
        self._admin = admin
        self._files = whole.house.settings.data_dir / "files"

    def count(self) -> Mapping[str, int]:
        with psycopg.connect(self._admin) as connection:
            tables = connection.execute(
                "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)", (list(ROOMS),)
            ).fetchall()
            counted = {
                f"{schema}.{table}": self._rows(connection, schema, table)
                for schema, table in tables
                if not table.startswith(BACKGROUND)
            }
        return counted | {"files": sum(1 for path in self._files.rglob("*") if path.is_file())}

    @staticmethod
    def _rows(connection: psycopg.Connection, schema: str, table: str) -> int:
        by_rooms = "actor LIKE 'service:%'" if table == "audit" else "false"  # rooms tell each other what was seeded
        count = sql.SQL("SELECT count(*) FROM {} WHERE NOT " + by_rooms).format(sql.Identifier(schema, table))
        found = connection.execute(count).fetchone()
        return int(found[0]) if found else 0


def faults(reply: httpx2.Response, language: str, expected: frozenset[int]) -> list[str]:
    """What is wrong with a refusal."""
    if reply.status_code not in expected:
        return [f"{reply.status_code}, not one of {sorted(expected)}: {reply.text[:300]}"]
    if not reply.headers.get("content-type", "").startswith("application/problem+json"):
        return [f"no problem but {reply.headers.get('content-type')}"]
    told: dict[str, Any] = reply.json()
    found = [f"no {member}" for member in ("type", "title", "status", "trace_id") if not told.get(member)]
    if told.get("status") != reply.status_code:
        found.append("the problem's status is another")
    words = [str(told.get("title", "")), str(told.get("detail", ""))]
    words += [str(error.get("detail", "")) for error in told.get("errors", [])]
    found += [
        f"not in {language}: {word}"
        for word in filter(None, words)
        if bool(CHINESE.search(word)) != (language == "zh-CN")
    ]
    if told["status"] == 422 and told["type"].endswith("/invalid") and not told.get("errors"):
        found.append("says of no field what is wrong with it")
    return found
