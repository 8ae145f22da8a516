"""The `linli` command: start the house, make its first administrator, verify its audit, look into its database."""

import asyncio
import os
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.start import (
    Asked,
    Progress,
    StartRefused,
    asked_of,
    choose_origin,
    debugging,
    in_one_line,
    make_real,
    refuse_outside,
    room_urls,
    running_database,
    serve,
    signals_as_interrupts,
    take_port,
)
from migrations.heads import ROOMS
from migrations.origin import Kind, Origin, set_origin
from migrations.run import prepare
from shared.postgres import LauncherRefused, Postgres, find_binaries
from shared.settings import SettingsRefused, read_settings

if TYPE_CHECKING:
    from gateway.audit_heads import Signer
    from gateway.house import House

REFUSED = 2
BROKEN = 1
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
audit_app = typer.Typer(no_args_is_help=True, help="The record of who did what.")
app.add_typer(audit_app, name="audit")


def main() -> None:
    """Every refusal is one line and exit code 2; an operator never sees a trace (LINLI_DEBUG=1 shows it)."""
    try:
        app()
    except (LauncherRefused, StartRefused, SettingsRefused) as refusal:
        sys.exit(_complain(str(refusal)))
    except Exception as error:
        if debugging():
            raise
        sys.exit(_complain(f"{type(error).__name__}: {in_one_line(error)} (LINLI_DEBUG=1 shows where)"))


def _complain(line: str) -> int:
    print(f"linli: {line}", file=sys.stderr, flush=True)
    return REFUSED


@app.command()
def run() -> None:
    """Start the house and serve it until Ctrl-C. Reads PORT, HOST, EMPTY, HOMES, DATA_DIR."""
    refuse_outside("linli run")
    asked = asked_of(os.environ)
    say = Progress()
    code = 0
    with take_port(asked) as listening, suppress(KeyboardInterrupt), signals_as_interrupts():
        say("Starting PostgreSQL")
        with Postgres(asked.data_dir, say=say) as postgres:
            try:
                code = _run(asked, say, postgres, listening)
            finally:
                say("Stopping PostgreSQL")
    say("Stopped")
    raise typer.Exit(code)


def _run(asked: Asked, say: Progress, postgres: Postgres, listening: socket.socket) -> int:
    """With PostgreSQL running: migrate, load the sample if it is wanted, serve. Answers the exit code."""
    url = prepare(postgres.url(), say=say)
    origin = choose_origin(postgres.url(), url, asked, say)
    say("Loading the rooms")
    import uvloop  # heavy, like the rooms: said before, and after the cheap refusals

    from gateway.house import build_house
    from gateway.settings import GatewaySettings
    from shared.telemetry import configure_logs

    configure_logs()
    settings = read_settings(
        GatewaySettings,
        host=asked.host,
        port=listening.getsockname()[1],
        data_dir=asked.data_dir,
        sample=origin.kind is Kind.SAMPLE,
    )
    house = build_house(settings, room_urls(url))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if not origin.is_whole:
            runner.run(_load_sample(house, asked, say))
            set_origin(url, Origin(origin.kind, is_whole=True))
        server = runner.run(serve(house, listening, postgres, lambda: _tell(house, settings.url, say)))
    if server.lost_postgres:
        print(f"linli: PostgreSQL ended by itself; its log: {postgres.cluster.with_suffix('.log')}", file=sys.stderr)
    elif not server.started:
        print("linli: a room did not start; the reason stands above", file=sys.stderr)
    return 0 if server.started and not server.lost_postgres else BROKEN


async def _load_sample(house: "House", asked: Asked, say: Progress) -> None:
    from gateway.house import load_sample  # already loaded by now

    say(f"Loading the sample compound, {asked.homes} homes (a real house: make run EMPTY=1)")
    await load_sample(house, asked.homes, say)


def _tell(house: "House", url: str, say: Progress) -> None:
    """Where to look, once the first request would be answered."""
    say("Ready")
    print(f"\n  API      {url}/v1/…\n  Docs     {url}/docs\n  Health   {url}/health/ready\n  Metrics  {url}/metrics\n")
    if not house.settings.sample:
        print("  A real house. No administrator yet? In another terminal: make init\n", flush=True)
        return
    print("  The sample compound (invented people). Sign in, from this machine only, for example as the secretary:")
    first = next(iter(house.sign_ins), None)
    if first is not None:
        print(f"    curl -d '{first.body}' {url}/oauth/token\n")
    for person in house.sign_ins:
        code = next((value for name, value in person.form if value.startswith("dev:")), person.person)
        print(f"    {code:<20} {person.role_en} {person.role_zh}: {person.may_en}")
    print(flush=True)


@app.command()
def init(
    login: Annotated[str, typer.Option(help="What the administrator will sign in with.")] = "admin",
) -> None:
    """Make the first administrator of a real house; prints a one-time code to hand over in person."""
    asked = asked_of(os.environ)
    from gateway.house import first_administrator
    from gateway.settings import GatewaySettings

    with running_database(asked.data_dir, Progress()) as url:
        make_real(url, asked.data_dir)
        settings = read_settings(GatewaySettings, host=asked.host, port=asked.port, data_dir=asked.data_dir)
        made = asyncio.run(first_administrator(settings, room_urls(url), login))
    if made is None:
        raise StartRefused("this house has an administrator already; he gives further roles (POST /v1/roles)")
    code, expires = made
    print(f"\n  Administrator {login}\n  One-time code {code}  (until {expires:%Y-%m-%d %H:%M} UTC)\n")
    print("  Start the house (make run EMPTY=1), then:")
    print(f"    curl -d 'grant_type=urn:linli:grant:one-time-code&code={code}' {settings.url}/oauth/token\n")


@app.command()
def migrate() -> None:
    """Bring every room's schema to its newest revision, without serving."""
    refuse_outside("linli migrate")
    asked = asked_of(os.environ)
    say = Progress()
    with Postgres(asked.data_dir, say=say) as postgres:
        prepare(postgres.url(), say=say)
    say("Every room is at its newest revision")


@audit_app.command("verify")
def audit_verify(
    head: Annotated[Path | None, typer.Option(help="A head that `linli audit head` printed earlier.")] = None,
) -> None:
    """Walk the chained audit of every room and name each row that does not fit. Exit code 1 if there is one."""
    from gateway.audit_heads import HeadRefused, findings, walk

    asked = asked_of(os.environ)
    try:
        earlier = _signer(asked).read(_text_of(head)) if head is not None else None
    except HeadRefused as refusal:
        raise StartRefused(f"{head}: {refusal}") from refusal
    with running_database(asked.data_dir, lambda _: None) as url:
        walked = asyncio.run(walk(room_urls(url), earlier))
    for room, one in walked.items():
        waiting = f", {one.waiting} rows wait for theirs" if one.waiting else ""
        print(f"{room}: {one.last.position} links{waiting}, {len(one.faults)} faults")
    found = list(findings(walked))
    print("\n".join(found) if found else _whole(earlier.at if earlier else None))
    raise typer.Exit(BROKEN if found else 0)


def _signer(asked: Asked) -> "Signer":
    """With the house's own key, or the one that is given: a container that ends takes what it made with it."""
    from gateway.audit_heads import Signer

    given = os.environ.get("KEYS_DIR")
    return Signer(Path(given), create=False) if given else Signer(asked.data_dir / "keys")


def _whole(since: datetime | None) -> str:
    if since is None:
        return "Every chain holds (whether its end was cut off, only --head with an earlier head can tell)"
    return f"Every chain holds and continues the one of {since:%Y-%m-%d %H:%M} UTC"


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeError) as fault:
        raise StartRefused(f"{file} cannot be read") from fault


@audit_app.command("head")
def audit_head() -> None:
    """Print how far the audit of each room has come, signed: keep it outside the house, for `verify --head`."""
    from gateway.audit_heads import findings, head_of, walk

    asked = asked_of(os.environ)
    with running_database(asked.data_dir, lambda _: None) as url:
        walked = asyncio.run(walk(room_urls(url)))
    if found := list(findings(walked)):
        raise StartRefused(f"nothing is signed, the audit does not hold: {found[0]}")
    print(_signer(asked).note(head_of(walked, datetime.now(UTC))), end="")


@app.command()
def backup(
    archive: Annotated[Path, typer.Argument(help="The file to write; must not exist yet.")],
) -> None:
    """Write database, keys and files into one archive, of a running or a resting house."""
    from gateway.backup import back_up

    refuse_outside("linli backup")
    back_up(asked_of(os.environ).data_dir, archive, Progress())


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="A file that `linli backup` wrote.")],
) -> None:
    """Make a house from a backup, in a DATA_DIR that is empty."""
    from gateway.backup import restore as make_from

    refuse_outside("linli restore")
    make_from(asked_of(os.environ).data_dir, archive, Progress())


@app.command()
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where they are kept; one folder for each container.")],
    owner: Annotated[int, typer.Option(help="The user that containers run as.")] = 10_001,
    source: Annotated[
        Path | None, typer.Option("--from", help="The keys of a house in one process that moves into containers.")
    ] = None,
) -> None:
    """Make what docker-compose.yml gives to each container: keys, passwords, the token for metrics."""
    from gateway.house import notary_key, token_key
    from gateway.secrets import Signers, make_secrets

    make_secrets(folder, owner, source, Signers(token_key, notary_key), Progress())


@app.command()
def psql(
    role: Annotated[str, typer.Argument(help=f"Whose eyes: postgres, {', '.join(ROOMS)}.")] = "postgres",
) -> None:
    """Open psql in the running house's database."""
    link = Path(os.environ.get("DATA_DIR") or ".data") / "socket"
    program = find_binaries(os.environ).folder / "psql"
    if not link.is_symlink():
        raise StartRefused("the house is not running on this DATA_DIR: make run")
    os.execv(program, [str(program), "-h", str(link.readlink()), "-U", role, "linli"])


if __name__ == "__main__":
    main()
