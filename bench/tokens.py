"""What it costs to know who calls: `make bench WHAT=tokens`.

The verifier of a room reads one token that it has seen, tokens that it has not, and tokens that are forged, beside one
bare check of an Ed25519 signature over the same bytes. Ends with one line of JSON: `fresh` is the part of a bare
check's rate that is left for a token that was not seen yet, `seen` how many times faster one is that was.
"""

import contextlib
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator

from shared.identity import Verifier
from shared.problems import NotSignedIn
from tests.factories.tokens import ISSUER, KEY, Somebody, trust_test_key

ROUNDS = 15
CALLS = 300
GRANTS = ["CLERK@140109013001001", "RESIDENT@140109013001001"]


def main() -> None:
    verifier = Verifier(ISSUER)
    trust_test_key(verifier)
    who = Somebody(GRANTS)
    fresh = iter([who.token(jti=number) for number in range(ROUNDS * CALLS)])
    seen = who.token()
    signed, _, _ = seen.rpartition(".")
    signature = KEY.private_key.sign(signed.encode())  # type: ignore[union-attr]  # OKP
    public = KEY.public_key
    forged = itertools.cycle([f"{token[:-8]}AAAAAAAA" for token in (who.token(jti=-n) for n in range(1, 50))])
    sides: dict[str, Callable[[], object]] = {
        "bare": lambda: public.verify(signature, signed.encode()),  # type: ignore[union-attr]
        "fresh": lambda: verifier.verify(next(fresh)),
        "seen": lambda: verifier.verify(seen),
        "forged": lambda: _refused(verifier, forged),
    }
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, call in sides.items():
            rates[name].append(_rate(call))
    for name, found in rates.items():
        print(f"{name:<7} {statistics.median(found):9.0f}/s")
    ratios = {
        name: statistics.median(one / bare for one, bare in zip(rates[name], rates["bare"], strict=True))
        for name in ("fresh", "seen", "forged")
    }
    print(json.dumps({name: round(ratio, 2) for name, ratio in ratios.items()}))


def _refused(verifier: Verifier, tokens: Iterator[str]) -> None:
    with contextlib.suppress(NotSignedIn):
        verifier.verify(next(tokens))


def _rate(call: Callable[[], object]) -> float:
    """Calls a second of this process's own CPU."""
    began = time.process_time()
    for _ in range(CALLS):
        call()
    return CALLS / (time.process_time() - began)


if __name__ == "__main__":
    main()
