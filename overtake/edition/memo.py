"""One memory for what is worked out from an immutable object: it lives as long as the object, and never inside it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

Found = TypeVar("Found")

_found: WeakKeyDictionary[object, dict[Hashable, object]] = WeakKeyDictionary()


def once(owner: object, key: Hashable, make: Callable[[], Found]) -> Found:
    """Return what `make` finds from `owner`, made once for each `key`: it names all else that the value depends on.

    owner: compared by identity, never changed. What is returned is shared by all who ask: not to be written to.
    """
    own = _found.setdefault(owner, {})
    if key not in own:
        own[key] = make()
    return cast("Found", own[key])
