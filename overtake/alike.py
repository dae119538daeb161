"""Exponential, logarithm and power that give the same bytes on every processor.

NumPy's and the C library's own differ in the last digit with the instructions a processor has; here is only what IEEE
754 rounds alike everywhere: sums, products, quotients, whole numbers, bits. Reductions and coefficients of `exp` and
`log` after fdlibm (Sun Microsystems 1993, e_exp.c and e_log.c), error below one unit in the last place of a double.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]

#: Values at a time: what fits a processor's cache runs several times faster.
CHUNK = 1 << 14
LN2_HIGH, LN2_LOW, PER_LN2 = 6.93147180369123816490e-01, 1.90821492927058770002e-10, 1.44269504088896338700
#: e_exp.c: the even part of r coth(r / 2) - 2; e_log.c: the rest of log((1 + s) / (1 - s)).
EXP = (4.13813679705723846039e-08, -1.65339022054652515390e-06, 6.61375632143793436117e-05,
       -2.77777777770155933842e-03, 1.66666666666666019037e-01)  # fmt: skip
LOG = (1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01,
       2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01)  # fmt: skip
#: A double's bits: those of its fraction, and those of one; what halves a value that is above the root of two.
FRACTION, ONE, ROOT_OF_2, HALVES = (1 << 52) - 1, 1023 << 52, 1.4142135623730951, np.array([1.0, 0.5])
#: Beyond this the exponential of a double is no longer normal: infinite above, zero below.
LARGEST = 708.0
#: What is smaller (larger than one over it) keeps all its digits; powers of ten, 1 in the middle, each rounded once.
TINY, MIDDLE, LOG10_OF_2 = 1e-100, 140, 0.30102999566398120
POWERS = np.array([float(f"1e{power}") for power in range(-MIDDLE, MIDDLE + 1)])


def exp(x: Any) -> FloatArray:
    """Return e to the power of `x`, its shape and floating type; a float32 is the double's result, rounded."""
    return _in_chunks(_exp, x)


def log(x: Any) -> FloatArray:
    """Return the natural logarithm of `x`, its shape and floating type; NaN below zero, minus infinity at zero."""
    return _in_chunks(_log, x)


def power(base: Any, exponent: Any) -> FloatArray:
    """Return positive `base` to the power of `exponent`, broadcast, as doubles."""
    return exp(np.asarray(exponent, dtype=float) * log(np.asarray(base, dtype=float)))


def _in_chunks(function: Callable[[FloatArray], FloatArray], x: Any) -> FloatArray:
    """Return `function` of every value; a single number comes back as a NumPy scalar."""
    values = np.asarray(x)
    kind = values.dtype if values.dtype.kind == "f" else np.dtype(float)
    if 0 in values.strides:  # broadcast: it has no order in memory of its own
        values = values.copy()
    # Both in the order of the memory, which `found` keeps.
    found: FloatArray = np.empty_like(values, dtype=kind)
    flat, out = values.ravel(order="K"), found.ravel(order="K")
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for first in range(0, flat.size, CHUNK):
            part = slice(first, first + CHUNK)
            out[part] = function(flat[part].astype(float, copy=False))
    whole: FloatArray = found[()]
    return whole


def _exp(x: FloatArray) -> FloatArray:
    """Return the exponential of doubles (n,): x = k ln 2 + r, a rational function of r, two to the power of k."""
    inside = bool((np.abs(x) <= LARGEST).all())
    near = x if inside else np.clip(x, -LARGEST, LARGEST)
    k = near * PER_LN2
    np.rint(k, out=k)
    high = near - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    square = r * r
    c = _polynomial(EXP, square)
    c *= square
    np.subtract(r, c, out=c)
    r *= c
    np.subtract(2.0, c, out=c)
    r /= c
    low -= r
    low -= high
    np.subtract(1.0, low, out=low)
    scale = k.astype(np.int64)
    scale += 1023
    scale <<= 52
    low *= scale.view(np.float64)
    if not inside:
        low[x > LARGEST], low[x < -LARGEST] = np.inf, 0.0
    return low


def _log(x: FloatArray) -> FloatArray:
    """Return the logarithm of doubles (n,): x = two to the k times 1 + f, with 1 + f between the roots of 1/2 and 2."""
    normal = bool(((x >= np.finfo(float).tiny) & (x < np.inf)).all())
    # What is not normal is read as its multiple that is, and mended below.
    bits = (x if normal else np.where(x < 1e-300, x * 2.0**54, x)).view(np.int64)
    f = ((bits & FRACTION) | ONE).view(np.float64)
    upper = f > ROOT_OF_2
    f *= HALVES[upper.view(np.int8)]
    f -= 1.0
    k = ((bits >> 52) - 1023 + upper).astype(float)
    if not normal:
        k -= np.where(x < 1e-300, 54, 0)
    s = f / (2.0 + f)
    square = s * s
    rest = _polynomial(LOG, square)
    rest *= square
    half = 0.5 * f * f
    rest += half
    rest *= s
    rest += k * LN2_LOW
    half -= rest
    half -= f
    k *= LN2_HIGH
    k -= half
    if not normal:
        k[x == 0], k[x == np.inf], k[~(x >= 0)] = -np.inf, np.inf, np.nan
    return k


def _polynomial(coefficients: tuple[float, ...], x: FloatArray) -> FloatArray:
    """Return the polynomial by Horner's rule, the coefficient of the highest power first."""
    found = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        found *= x
        found += coefficient
    return found


def significant(x: FloatArray, digits: int) -> FloatArray:
    """Return doubles `x` (n,) to so many significant digits, the same bytes where they agreed to one more."""
    sound = np.isfinite(x) & (np.abs(x) > TINY) & (np.abs(x) < 1 / TINY)
    size = np.abs(np.where(sound, x, 1.0))
    # The decimal exponent from the bits, at most one too small, then mended by comparison: log10 is no sure ground.
    exponent = np.floor((np.frexp(size)[1] - 1) * LOG10_OF_2).astype(np.int64)
    exponent += size >= POWERS[exponent + 1 + MIDDLE]
    places = digits - 1 - exponent
    up, down = POWERS[np.maximum(places, 0) + MIDDLE], POWERS[np.maximum(-places, 0) + MIDDLE]
    found: FloatArray = np.where(sound, np.rint(np.where(sound, x, 0.0) * up / down) / up * down, x)
    return found


def yearly_pct(factor: float, years: int) -> float:
    """Return the growth a year, per cent, that makes `factor` in so many `years`."""
    return 100 * (float(power(float(factor), 1 / years)) - 1)
