"""Two folders change places by one rename: at every moment each name leads to a whole folder."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

#: Of Linux's <fcntl.h> and <stdio.h>: names are relative to the working folder; both exist and change places.
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def exchange(first: Path, second: Path) -> bool:
    """Let the folders `first` and `second` change places at once; return False, nothing done, where that cannot be.

    It cannot where the system or the file system has no such rename, where `second` is a link, is mounted or is fixed.
    """
    if second.is_symlink():  # the folder that it leads to is to change, not the link
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return not rename(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second), ctypes.c_uint(RENAME_EXCHANGE))
