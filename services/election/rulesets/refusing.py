"""Says of each parameter that is refused why it is."""

from collections.abc import Sequence

from services.election.errors import RulesRefused
from services.election.rules.parameters import Fault, Strange
from services.election.rules.wording import FAULT_WORDS

FIELDS = {Fault.MAX_MARKS: "max_marks", Fault.TURNOUT: "turnout_above", Fault.WINDOW: "window_min_days"}


def rules_refused(found: Sequence[str], why: Strange | None = None) -> RulesRefused:
    """`found`: names of parameters that are refused for one reason, or faults, each of which is its own."""
    reasons = {one: why or Fault(one) for one in found}
    words = [FAULT_WORDS[reason] for reason in dict.fromkeys(reasons.values())]
    errors = [
        {"pointer": f"/parameters/{FIELDS.get(Fault(one), one) if why is None else one}", "code": reason.name}
        | {"words": FAULT_WORDS[reason]}
        for one, reason in reasons.items()
    ]
    return RulesRefused(
        at_fault=", ".join(found),
        told_zh="".join(zh for zh, _ in words),
        told_en=" ".join(en for _, en in words),
        errors=errors,
    )
