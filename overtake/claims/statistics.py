"""The statistics behind the claims: means with intervals that allow for autocorrelation, breaks in mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from overtake import alike
from overtake.draws import FloatArray
from overtake.errors import OvertakeError
from overtake.streams import stream

#: Critical values of a two-sided interval for the Bartlett kernel as a polynomial in the bandwidth over the sample
#: (Kiefer and Vogelsang 2005).
FIXED_B: dict[float, tuple[float, ...]] = {90: (1.6449, 2.1859, 0.3142, -0.3427), 95: (1.9600, 2.9694, 0.4160, -0.5324)}


@dataclass(frozen=True)
class Estimate:
    """A number with its interval."""

    value: float
    lo: float
    hi: float


def bandwidth(count: int) -> int:
    """Return Newey and West's rule for the lags of a HAC covariance of `count` observations."""
    return int(np.floor(4 * (count / 100) ** (2 / 9)))


def mean_hac(values: FloatArray, interval_pct: float) -> Estimate:
    """Return the mean of a series with its HAC interval, fixed-b critical values.

    With a dozen years, normal or t quantiles make HAC intervals too narrow; these allow for the bandwidth.
    """
    count, lags = len(values), bandwidth(len(values))
    # Newey and West's long-run variance, Bartlett weights, a degree of freedom for the mean; statsmodels' OLS on a
    # constant gives the same (a test holds them together) and takes some hundred times as long.
    rest = np.asarray(values, dtype=float) - np.mean(values)
    products = [float(rest[lag:] @ rest[: count - lag]) for lag in range(lags + 1)]
    long_run = products[0] + 2 * sum((1 - lag / (lags + 1)) * products[lag] for lag in range(1, lags + 1))
    error = float(np.sqrt(max(long_run, 0.0) / (count * (count - 1))))
    if interval_pct not in FIXED_B:
        raise OvertakeError("data/raw/claims.yaml: interval_pct", "has no fixed-b critical value", found=interval_pct,
                            allowed=", ".join(f"{level:g}" for level in FIXED_B))  # fmt: skip
    critical: float = sum(c * ((lags + 1) / count) ** power for power, c in enumerate(FIXED_B[interval_pct]))
    value, half = float(np.mean(values)), critical * error
    return Estimate(value, value - half, value + half)


def block_index(length: int, steps: int, draws: int, seed: int, *names: str) -> np.ndarray:
    """Return positions (draws, steps) in a series of `length`, blocks of its cube root put end to end."""
    block = max(2, int(np.ceil(length ** (1 / 3))))
    starts = stream(seed, "claims", *names).integers(0, length, size=(draws, -(-steps // block)))
    index = (starts[:, :, None] + np.arange(block)) % length
    return np.asarray(index.reshape(draws, -1)[:, :steps])


@dataclass(frozen=True)
class Shift:
    """A shift in mean: its first year, size with interval, and the p-value that allows for the search of the year."""

    year: int
    size: Estimate
    p_value: float


def shift_in_mean(
    values: FloatArray, years: list[int], candidates: list[int], interval_pct: float, seed: int, draws: int, name: str
) -> Shift | None:
    """Return the likeliest shift in the mean of `values` (one per year) at one of `candidates`; None without two after.

    Assumes one shift, independent errors of equal variance; the p-value is the share of `draws` series without a
    shift, resampled from the demeaned values, whose largest F over the candidates is at least as large.
    """
    from scipy.special import stdtrit  # Student's t quantile

    cuts = [years.index(year) for year in candidates if year in years and 2 <= years.index(year) <= len(years) - 2]
    if not cuts:
        return None
    observed = _f(values[None], cuts)[0]
    at = cuts[int(np.argmax(observed))]
    index = stream(seed, "claims", "break", name).integers(0, len(values), size=(draws, len(values)))
    under_null = _f((values - values.mean())[index], cuts).max(axis=1)
    before, after = values[:at], values[at:]
    freedom = len(values) - 2
    pooled = (((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum()) / freedom
    half = stdtrit(freedom, 0.5 + interval_pct / 200) * np.sqrt(pooled * (1 / len(before) + 1 / len(after)))
    size = float(after.mean() - before.mean())
    p_value = float((np.sum(under_null >= observed.max()) + 1) / (draws + 1))
    return Shift(years[at], Estimate(size, size - float(half), size + float(half)), p_value)


def _f(series: FloatArray, cuts: list[int]) -> FloatArray:
    """Return the F statistics of a shift in mean before each of `cuts`, (series, cuts)."""
    count = series.shape[1]
    whole = ((series - series.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    found = []
    for cut in cuts:
        parts = (series[:, :cut], series[:, cut:])
        rest = sum(((part - part.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for part in parts)
        found.append((whole - rest) / (rest / (count - 2)))
    return np.stack(found, axis=1)


def shortfall(growth: FloatArray, cumulated: float, steps: int, interval_pct: float) -> tuple[float, float]:
    """Return what is missing from the trend, in logs, and the lower end of what chance explains (both negative if so).

    growth: log growth before; cumulated: log growth over the `steps` years after. Future growth is a draw from the
    same normal distribution, so the error of its sum has variance s2 (steps + steps2 / n).
    """
    from scipy.special import stdtrit  # Student's t quantile

    count = len(growth)
    error = growth.std(ddof=1) * np.sqrt(steps + steps**2 / count)
    return float(cumulated - steps * growth.mean()), float(stdtrit(count - 1, 0.5 - interval_pct / 200) * error)


def per_cent(log_change: float) -> float:
    """Return a log change as per cent."""
    return float(100 * (alike.exp(log_change) - 1))


def as_per_cent(found: Estimate) -> Estimate:
    """Return an estimate in logs as per cent."""
    return Estimate(per_cent(found.value), per_cent(found.lo), per_cent(found.hi))
