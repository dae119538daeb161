"""The figures that the brief and its annex have, by name: each takes a `Context` and returns a `Figure`, or nothing."""

from overtake.brief.charts.balance import fans, stock, surplus
from overtake.brief.charts.checks import revisions, tornado
from overtake.brief.charts.coalition import breakeven, stack
from overtake.brief.charts.countries import multiples, slopes
from overtake.brief.charts.crossing import curves, dots
from overtake.brief.charts.ledgers import estimates, plans
from overtake.brief.charts.matrix import matrix
from overtake.brief.charts.robustness import options, specifications
from overtake.brief.charts.together import sobol
from overtake.brief.charts.trial import calibration

#: The figures that the brief and its annex have, by name.
FIGURES = {
    made.__name__: made
    for made in (
        fans, stock, surplus, revisions, tornado, breakeven, stack, multiples, slopes, curves, dots, estimates, plans,
        matrix, options, specifications, sobol, calibration,
    )
}  # fmt: skip
__all__ = [*FIGURES, "FIGURES"]
