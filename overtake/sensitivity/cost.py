"""What a run will cost, said before it starts; the constants are measured by tests/bench/bench_sensitivity.py."""

from __future__ import annotations

from overtake.errors import OvertakeError

#: Core seconds of a chunk's simulation, plans and rulers, and of one specification, both at 1000 draws.
CHUNK_SECONDS, SPECIFICATION_SECONDS = 0.15, 0.00012
#: Core seconds of one point of a sweep, at 1000 draws.
POINT_SECONDS = 0.06
#: Bytes of a specification on disk, choices and measures together.
BYTES = 30
#: Specifications that a run may have unless `--limit` says more.
LIMIT = 1_000_000


def words(count: int, chunks: int, draws: int, workers: int, *, each: float = SPECIFICATION_SECONDS) -> str:
    """Return count and cost in one line."""
    seconds = (chunks * CHUNK_SECONDS + count * each) * draws / 1000
    return (
        f"{count:,} points in {chunks:,} chunks, about {span(seconds)} of one core, "
        f"{span(seconds / max(workers, 1))} on {workers}, {count * BYTES / 1e6:,.1f} MB"
    )


def span(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.0f} s"


def check(place: str, count: int, limit: int, cost: str) -> None:
    """Refuse a run of no points, or of more than `limit`, with its count and cost."""
    if count < 1:
        raise OvertakeError(place, "has no point to evaluate", found=0, allowed="1 or more")
    if count > limit:
        raise OvertakeError(
            place, "is more than the limit", found=cost, allowed=f"up to {limit:,} points",
            next_step=f"leave some choices out, or ask for it: --limit {count}",
        )  # fmt: skip
