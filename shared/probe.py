"""Whether this container's process is well, for its health check: `python -m shared.probe /internal/health`.

Exit code 0 when the path answers 200 on PORT and nothing in the answer is false.
"""

import json
import os
import sys
import urllib.request

SECONDS = 4


def is_well(path: str, port: str) -> bool:
    """False also when nobody answers, or no JSON comes."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=SECONDS) as reply:
            told = json.load(reply)
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and all(value is not False for value in told.values())


if __name__ == "__main__":
    sys.exit(0 if is_well(sys.argv[1], os.environ.get("PORT") or "8000") else 1)
