"""Which files a piece of work reads: what is opened while it runs, by our code, the author's, or a library.

Python tells an audit hook of each file that is opened and each folder that is listed (PEP 578).  Files of the interpreter and of
installed packages are left out: their versions are inputs by themselves.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

_active: list[set[str]] = []
_installed = False
_thread = threading.local()
_LISTS = ("os.listdir", "os.scandir", "glob.glob")


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _active or event != "open" and event not in _LISTS or getattr(_thread, "aside", False):
        return
    path = arguments[0]
    if event != "open" and sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):
        return      # Python looks for a module: what it finds is opened
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        if isinstance(mode, str) and any(c in mode for c in "wax") or isinstance(flags, int) and flags & (os.O_WRONLY | os.O_CREAT):
            return
    if isinstance(path, (str, bytes)) or hasattr(path, "__fspath__"):
        name = os.fsdecode(path)
        if event == "glob.glob":
            name = os.path.dirname(name)
        for seen in _active:
            seen.add(name if event == "open" else os.path.join(name or ".", ""))


@contextmanager
def recording() -> Iterator[set[str]]:
    """The set grows by each path that is opened for reading, and by each folder that is listed (with a ``/`` at its end)."""
    global _installed
    if not _installed:
        sys.addaudithook(_hook)
        _installed = True
    seen: set[str] = set()
    _active.append(seen)
    try:
        yield seen
    finally:
        _active[:] = [other for other in _active if other is not seen]


def aside() -> None:
    """From now on this thread reads for nobody: what it makes is no part of any result."""
    _thread.aside = True


def _prefixes() -> tuple[str, ...]:
    """Folders whose files are no inputs of their own: Python, packages, ourselves, and what is not on a disk."""
    return _prefixes_at(os.path.expanduser("~"), sys.prefix)


@lru_cache(maxsize=4)
def _prefixes_at(home: str, prefix: str) -> tuple[str, ...]:
    own = os.path.dirname(os.path.abspath(__file__))
    places = {prefix, sys.base_prefix, sys.exec_prefix, own, os.path.join(os.path.dirname(own), "templates"), "/proc",
               "/sys", "/dev", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/fonts", "/usr/share/zoneinfo", os.path.join(home, ".cache"),
              os.path.join(home, ".local/state/reportgen"), *sysconfig.get_paths().values()}
    places |= {os.path.realpath(place) for place in places}
    return tuple(os.path.join(place, "") for place in places if place and place != "/")


def outside_modules(folder: str, before: frozenset[str] = frozenset()) -> dict[str, str]:
    """The modules that are loaded, but were not before, from files that are neither Python's, nor a package's, nor the report's: name -> file."""
    home = os.path.join(os.path.realpath(folder), "")
    prefixes = _prefixes()
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name in before or not isinstance(file, str) or not file.endswith(".py"):
            continue
        path = os.path.realpath(file)
        if not path.startswith((home, *prefixes)):
            found[name] = path
    return found


def inputs(seen: set[str], folder: str) -> set[str]:
    """Of what was read: files of the report's folder relative to it, others by their full path.

    A folder that was listed ends in ``/``.  What lies in the report's folder counts wherever that is.
    """
    home = os.path.realpath(folder)
    prefixes = _prefixes()
    found = set()
    for name in seen:
        end = "/" if name.endswith(os.sep) else ""
        path = os.path.realpath(name)
        if path.endswith(".pyc"):       # what counts is what it was compiled from
            place, file = os.path.split(path)
            path = os.path.join(os.path.dirname(place), file.partition(".")[0] + ".py")
        if path == home or path.startswith(home + os.sep):
            relative = os.path.relpath(path, home).replace(os.sep, "/")
            if "__pycache__" not in relative:
                found.add(relative + end)       # also one that was looked for in vain: it may come
        elif not (path + "/").startswith(prefixes) and (end or os.path.isfile(path)):
            found.add(path + end)
    return found
