"""A plan of faults can be had again by its seed, and leaves nothing out."""

from tests.chaos.faults import Blow, plan

TARGETS = ("postgres", "gateway", "ticket")


def test_the_same_seed_gives_the_same_plan() -> None:
    assert plan(7, 60, TARGETS) == plan(7, 60, TARGETS)
    assert plan(7, 60, TARGETS) != plan(8, 60, TARGETS)


def test_each_round_hits_each_process_in_each_way() -> None:
    everything = {(blow, target) for blow in (Blow.KILL, Blow.FREEZE) for target in TARGETS}
    everything.add((Blow.BACKEND, "postgres"))

    faults = plan(1, 1_000, TARGETS)

    for begin in range(0, 70, 7):
        assert {(fault.blow, fault.target) for fault in faults[begin : begin + 7]} == everything


def test_faults_lie_within_the_time_and_in_order() -> None:
    times = [fault.at for fault in plan(3, 30, TARGETS)]

    assert times == sorted(times)
    assert 0 < times[0] < times[-1] < 30
