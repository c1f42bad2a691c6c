"""Files written so that an interruption leaves the old ones whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def aside(path: Path, content: bytes) -> Path:
    """Write ``content`` into a new file beside ``path``, with its mode, and return that file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
        try:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
            if path.exists():
                Path(new.name).chmod(path.stat().st_mode & 0o777)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    return Path(new.name)


def replace_all(texts: dict[Path, str]) -> None:
    """Give every file its new text, or none of them.

    All is written aside before the first file is replaced. Where replacing one fails, those already
    replaced get their old bytes back, and those that are new go.

    Raises:
        OSError: a file cannot be written; all are as they were.
    """
    old = {path: path.read_bytes() if path.exists() else None for path in texts}
    new: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, text in texts.items():
            new[path] = aside(path, text.encode("utf-8"))
        for path, written in new.items():
            written.replace(path)
            done.append(path)
    except BaseException:
        for path in done:
            content = old[path]
            if content is None:
                path.unlink()
            else:
                aside(path, content).replace(path)
        raise
    finally:
        for written in new.values():
            written.unlink(missing_ok=True)
