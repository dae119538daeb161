"""Claims: the commentary's sentences as tests with verdicts, on today's figures and on those of October 2020."""

from overtake.claims.evaluate import evaluate, judge, load
from overtake.claims.model import Claim, Result

__all__ = ["Claim", "Result", "evaluate", "judge", "load"]
