"""Change several tables of data/raw at once: all of them with their seals, or none, even if the process is killed.

The new files are written to a folder beside, which is renamed when it is whole: that rename is the moment at which
the change has happened. `finish` carries it through, in this process or, after a kill, in the next.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from overtake.sources import package


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write the files `texts` (name -> content) and their seals into `folder`."""
    finish(folder)
    fresh, ready = _places(folder)
    fresh.mkdir()
    for name, text in texts.items():
        package.write_text(fresh / name, text)
    descriptor = package.sealed(package.load(folder), fresh, list(texts))
    package.write_text(fresh / package.NAME, json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n")
    fresh.rename(ready)
    finish(folder)


def finish(folder: Path) -> bool:
    """Put in place what `write` made ready for `folder` before it was killed; return whether there was anything."""
    fresh, ready = _places(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    if not ready.is_dir():
        return False
    for path in sorted(ready.iterdir()):
        path.replace(folder / path.name)
    ready.rmdir()
    return True


def _places(folder: Path) -> tuple[Path, Path]:
    return folder.parent / f".{folder.name}.new", folder.parent / f".{folder.name}.ready"
