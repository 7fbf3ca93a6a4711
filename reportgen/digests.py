"""Digests of what a build reads: files, the package itself, what is installed; and the seal of what is kept between builds.

A build with nothing to do runs this module and ``trace`` alone, so it imports nothing but what Python has loaded anyway.

What is kept between builds is believed only under a seal: a keyed digest, whose key was made at random on first use and stays
with the user (``$XDG_STATE_HOME/reportgen/key``, else ``~/.local/state/reportgen/key``), outside every folder of outputs.
A digest alone could be computed again by whoever changed the file.  Without a place for the key nothing is kept.
"""

from __future__ import annotations

import os
import sys

try:
    from _blake2 import blake2b     # hashlib would load OpenSSL first, which takes longer than all our digests
except ImportError:
    from hashlib import blake2b

ABSENT = "-"
SIZE = 20
_PIECE = 1 << 16        # longer reads cost more in fresh memory than they save in calls
PACKAGE = os.path.dirname(os.path.abspath(__file__))


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=SIZE).hexdigest()


def digest_of_texts(*texts: str) -> str:
    """The digest of a list of texts; no two lists have the same bytes behind it."""
    return digest("".join(f"{len(t)}:{t}" for t in texts).encode("utf-8", "surrogatepass"))


def file_digest(path: str) -> str:
    """The digest of a file's bytes; ABSENT where there is none that can be read."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return ABSENT
    found = blake2b(digest_size=SIZE)
    try:
        while data := os.read(handle, _PIECE):
            found.update(data)
    except OSError:     # a folder
        return ABSENT
    finally:
        os.close(handle)
    return found.hexdigest()


def tree(folder: str, suffix: str = "") -> list[str]:
    """The files below a folder, relative to it, with ``/``, sorted; hidden ones and Python's caches left out."""
    found: list[str] = []

    def visit(path: str, prefix: str) -> None:
        try:
            entries = list(os.scandir(path))
        except OSError:
            return
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name == "__pycache__":
                continue
            if entry.is_dir():
                if len(prefix) < 4096:      # a link that leads back into itself ends somewhere
                    visit(entry.path, f"{prefix}{name}/")
            elif name.endswith(suffix):
                found.append(prefix + name)

    visit(folder, "")
    return sorted(found)


# --- tools ------------------------------------------------------------------------------------------------------

# Distributions that only pages are made with, and those that only one format needs; all others can change what is derived.
PAGE = frozenset({"jinja2", "markupsafe", "pypandoc", "pypandoc_binary"})
ONLY = {"typst": "pdf", "pypdfium2": "pdf"}
_ENVIRONMENT = ("LC_ALL", "LC_NUMERIC", "LC_CTYPE", "LANG")


_own = ""


def own_source() -> str:
    """The digest of all Python files of the package, as they were when this process first asked: those are what it runs."""
    global _own
    _own = _own or _own_source()
    return _own


def _own_source() -> str:
    found = blake2b(digest_size=SIZE)
    for name in tree(PACKAGE, ".py"):
        try:
            handle = os.open(f"{PACKAGE}/{name}", os.O_RDONLY)
        except OSError:
            continue
        found.update(name.encode() + b"\0")
        size = 0
        while data := os.read(handle, _PIECE):
            found.update(data)
            size += len(data)
        os.close(handle)
        found.update(b"%d\0" % size)
    return found.hexdigest()


def layouts_folder() -> str:
    for folder in (os.path.dirname(PACKAGE), PACKAGE):      # as resources.templates_folder
        found = os.path.join(folder, "templates")
        if os.path.isdir(os.path.join(found, "layout")):
            return found
    return os.path.join(PACKAGE, "templates")


def layouts_names() -> list[str]:
    """The files that pages are laid out with, relative to ``layouts_folder``."""
    return [name for name in tree(layouts_folder()) if not name.startswith(("starter/", "watch/"))]


def layouts() -> dict[str, str]:
    """The digest of each of them."""
    folder = layouts_folder()
    return {name: file_digest(os.path.join(folder, name)) for name in layouts_names()}


def layout_target(name: str) -> str:
    """The format that a layout file is for, or "" where it serves several."""
    suffix = name.rpartition(".")[2]
    return {"typ": "pdf", "tex": "tex", "html": "html", "css": "html", "js": "html", "md": "md"}.get(suffix, "")


def installed() -> dict[str, str]:
    """Name and version of each distribution that Python would find, read from the names of their folders."""
    found: dict[str, str] = {}
    for place in reversed(sys.path):
        try:
            names = os.listdir(place or ".") if place.endswith(("-packages", ".egg")) else ()
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                distribution, _, version = name.rpartition(".")[0].partition("-")
                found[distribution.lower().replace("-", "_")] = version
    found.pop("reportgen", None)      # its source is read itself
    return found


def surroundings() -> dict[str, str]:
    """What else may change a result: the interpreter, the system, the locale."""
    locale = next((os.environ[name] for name in _ENVIRONMENT if os.environ.get(name)), "C")
    found = {"python": sys.version, "platform": f"{sys.platform} {os.uname().machine if hasattr(os, 'uname') else ''}", "locale": locale}
    if os.environ.get("PYPANDOC_PANDOC"):
        found["PYPANDOC_PANDOC"] = os.environ["PYPANDOC_PANDOC"]
    return found


def program_digest(names: tuple[str, ...]) -> str:
    """A digest of the programs of these names on the PATH."""
    found = []
    for name in names:
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            path = os.path.join(folder, name)
            if folder and os.access(path, os.X_OK) and os.path.isfile(path):
                found.append(file_digest(path))
                break
        else:
            found.append(ABSENT)
    return digest_of_texts(*found)


TEX_PROGRAMS = ("latexmk", "pdflatex", "lualatex")


# --- the seal ---------------------------------------------------------------------------------------------------

def _key_file() -> str:
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "reportgen", "key")


def key(make: bool = False) -> bytes:
    """The user's key, made where there is none yet and ``make`` says so; empty where there is none."""
    path = _key_file()
    if not os.path.isabs(path):
        return b""
    found = _read(path)
    if len(found) == 32 or not make:
        return found if len(found) == 32 else b""
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, os.urandom(32))
        finally:
            os.close(handle)
        try:
            if found:       # cut short: of no use to anybody
                os.replace(temporary, path)
            else:
                os.link(temporary, path)     # of two that make one at the same time, one wins, for both
        except FileExistsError:
            pass
        finally:
            if os.path.exists(temporary):
                os.unlink(temporary)
    except OSError:
        return b""
    found = _read(path)
    return found if len(found) == 32 else b""


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return b""


def sealed(title: str, body: bytes) -> bytes:
    """The body under a first line with its seal; empty where there is no key, and nothing may be kept."""
    secret = key(make=True)
    return f"{title} {blake2b(body, key=secret, digest_size=32).hexdigest()}\n".encode() + body if secret else b""


def unsealed(title: str, data: bytes) -> bytes | None:
    """The body of what ``sealed`` made, or None for anything else: another version, cut short, altered, of another user."""
    head, line, body = data.partition(b"\n")
    secret = key()
    if not line or not secret:
        return None
    made = f"{title} {blake2b(body, key=secret, digest_size=32).hexdigest()}".encode()
    return body if head == made else None
