"""Writing files and folders so that they are there whole or not at all."""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import tempfile
import typing
from collections.abc import Iterator

# what `tempfile` makes of our prefixes
_LEFT = re.compile(r"\.(?P<name>.+)\.[a-z0-9_]{8}(?P<old>\.old)?")


def write_text(path: str | pathlib.Path, text: str) -> None:
    """Writes a text file; a reader sees the old content or the new one, never a part."""
    with file(path) as opened:
        opened.write(text.encode())


@contextlib.contextmanager
def file(path: str | pathlib.Path) -> Iterator[typing.BinaryIO]:
    """A file to fill, which takes its place when the block ends without an error.

    Args:
        path: where it will stand, in a folder that is there; one that stands there is replaced.

    Yields:
        A temporary file beside it, open for writing bytes.
    """
    path = pathlib.Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = pathlib.Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        temporary.chmod(0o644)  # mkstemp keeps its files from everybody else
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: str | pathlib.Path, values: object) -> None:
    """Writes JSON values as an indented file, atomically."""
    write_text(path, json.dumps(values, indent=1) + "\n")


@contextlib.contextmanager
def folder(path: str | pathlib.Path, replace: bool = True) -> Iterator[pathlib.Path]:
    """A folder to fill, which takes its place when the block ends without an error.

    Args:
        path: where it will stand.
        replace: whether one that stands there already is replaced.

    Yields:
        A temporary folder beside it.

    Raises:
        FileExistsError: a folder stands there that is not to be replaced.
    """
    path = pathlib.Path(path)
    made = [parent for parent in path.parents if not parent.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    used = _in_use(temporary)
    try:
        yield temporary
        temporary.chmod(0o755)
        for written in (*temporary.rglob("*"), temporary):
            _flush(written)
        if path.exists():
            if not replace:
                raise FileExistsError(f"{path} is there already")
            old = temporary.with_name(temporary.name + ".old")
            path.replace(old)
            try:
                temporary.replace(path)
            except BaseException:
                old.replace(path)
                raise
            shutil.rmtree(old)
        else:
            temporary.replace(path)
    finally:
        if used is not None:
            os.close(used)
        shutil.rmtree(temporary, ignore_errors=True)
        for parent in made:
            # nothing was put there, or it is not empty
            with contextlib.suppress(OSError):
                parent.rmdir()


def clear(path: pathlib.Path) -> None:
    """Removes the temporary files and folders that killed processes left in a folder.

    Folders that a living process fills stay. One that was about to be replaced gets its name
    again where nothing has taken it yet.
    """
    for left in path.glob(".*.*"):
        if not (found := _LEFT.fullmatch(left.name)):
            continue
        if left.is_dir():
            if (used := _in_use(left)) is None:
                continue
            os.close(used)
        replaced = path / found["name"]
        if found["old"] and not replaced.exists():
            left.replace(replaced)
        elif left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _in_use(folder: pathlib.Path) -> int | None:
    """Takes a folder for as long as the file that is returned is open; None: another one has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _flush(path: pathlib.Path) -> None:
    """Waits until a file or the entries of a folder are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
