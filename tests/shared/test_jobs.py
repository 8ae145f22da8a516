"""Work for later: queued with the write that wants it, done once, taken up again when its worker died."""

from collections.abc import Callable

from tests.shared.tiny import Tiny

Rows = Callable[[str], list[tuple[object, ...]]]


async def test_a_job_exists_only_if_its_transaction_commits(tiny: Tiny, rows: Rows) -> None:
    async with tiny.house.database.write() as session, session.begin():
        await tiny.house.jobs.defer(session, "add_later", name="kept")
    async with tiny.house.database.write() as session:
        await tiny.house.jobs.defer(session, "add_later", name="undone")
        await session.rollback()

    await tiny.house.jobs.catch_up()

    assert rows("SELECT name FROM thing") == [("kept",)]


async def test_a_job_whose_worker_died_is_taken_up_again(tiny: Tiny, rows: Rows) -> None:
    async with tiny.house.database.write() as session, session.begin():
        await tiny.house.jobs.defer(session, "add_later", name="rescued")
    async with tiny.house.database.write() as session, session.begin():
        connection = await session.connection()  # a worker took it, and was killed a minute ago
        await connection.exec_driver_sql(
            "INSERT INTO tiny.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
        )
        await connection.exec_driver_sql(
            "UPDATE tiny.procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT max(id) FROM tiny.procrastinate_workers)"
        )
    await tiny.house.jobs.catch_up()
    assert rows("SELECT name FROM thing") == []

    rescued = await tiny.house.jobs.rescue()
    await tiny.house.jobs.catch_up()

    assert rescued == 1
    assert rows("SELECT name FROM thing") == [("rescued",)]
