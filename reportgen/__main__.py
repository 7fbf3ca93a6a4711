"""``python -m reportgen``, and what the command ``reportgen`` calls."""

from __future__ import annotations

import sys


def work(arguments: list[str]) -> int:
    """The exit code, with as little imported as will do."""
    from reportgen import quick

    done = quick.run(arguments)
    if done is not None:
        return done
    from reportgen.cli import run

    return run(arguments)


def main() -> int:
    code = work(sys.argv[1:])
    if "reportgen.cli" in sys.modules:
        _end(code)
    return code


def _end(code: int) -> None:
    """End this process at once where nobody looks on: taking all its objects apart one by one is a twentieth of a build's time.

    What was registered for the end is done, and what was said is said; where that fails, Python tells it in its own way.
    """
    import atexit
    import os
    import threading

    watched = sys.getprofile() or sys.gettrace() or sys.flags.interactive or sys.flags.inspect or threading.active_count() > 1
    if watched or hasattr(sys, "monitoring") and any(map(sys.monitoring.get_tool, range(6))):
        return
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        return
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
