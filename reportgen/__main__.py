"""``python -m reportgen``, and what the command ``reportgen`` calls."""

from __future__ import annotations

import sys


def main() -> int:
    from reportgen import quick

    done = quick.run(sys.argv[1:])
    if done is not None:
        return done
    from reportgen.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
