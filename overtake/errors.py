"""The one voice in which Overtake refuses: where, what is wrong, what was found, what is allowed, what to do next."""

from __future__ import annotations

from collections.abc import Iterable

#: Exit code of a process that was asked to end (SIGTERM).
ENDED = 143


class OvertakeError(Exception):
    """Refuse with a place, a problem and the next step; printed without a traceback, exit code 2.

    `place` names file, sheet, row or cell, or the path of a parameter (`futures.horizon`).
    """

    def __init__(
        self,
        place: str,
        problem: str,
        *,
        found: object = None,
        allowed: object = None,
        next_step: str | None = None,
    ) -> None:
        self.place = place
        self.problem = problem
        self.found = found
        self.allowed = allowed
        self.next_step = next_step
        super().__init__(self._text())

    def __reduce__(self) -> tuple[object, ...]:
        """Return what makes the same error in another process; what was found travels as text."""
        found, allowed = (None if value is None else str(value) for value in (self.found, self.allowed))
        return _again, (self.place, self.problem, found, allowed, self.next_step)

    def _text(self) -> str:
        lines = [f"{self.place}: {self.problem}"]
        if self.found is not None:
            lines.append(f"  found:   {self.found}")
        if self.allowed is not None:
            lines.append(f"  allowed: {self.allowed}")
        if self.next_step is not None:
            lines.append(f"  next:    {self.next_step}")
        return "\n".join(lines)


def _again(place: str, problem: str, found: object, allowed: object, next_step: str | None) -> OvertakeError:
    return OvertakeError(place, problem, found=found, allowed=allowed, next_step=next_step)


def raise_all(place: str, problems: Iterable[str], *, next_step: str | None = None, shown: int = 20) -> None:
    """Raise one OvertakeError that lists all `problems` (the first `shown` of them); return where there is none."""
    listed = list(problems)
    if not listed:
        return
    rest = [f"... and {len(listed) - shown} more"] if len(listed) > shown else []
    count = "1 problem" if len(listed) == 1 else f"{len(listed)} problems"
    raise OvertakeError(place, f"{count}\n    " + "\n    ".join(listed[:shown] + rest), next_step=next_step)
