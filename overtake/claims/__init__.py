"""Claims: the commentary's sentences as tests with verdicts, on today's figures and on those of October 2020."""

from overtake.claims.evaluate import evaluate, judge
from overtake.claims.known import Known, as_of, up_to
from overtake.claims.model import Claim, Result, load

__all__ = ["Claim", "Known", "Result", "as_of", "evaluate", "judge", "load", "up_to"]
