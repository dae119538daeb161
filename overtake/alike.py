"""Exponential, logarithm and power that give the same bytes on every processor.

NumPy's and the C library's own differ in the last digit with the instructions a processor has; here is only what IEEE
754 rounds alike everywhere: sums, products, quotients, whole numbers, bits. Reductions and coefficients of `exp` and
`log` after fdlibm (Sun Microsystems 1993, e_exp.c and e_log.c), error below one unit in the last place of a double.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from overtake.draws import FloatArray

#: Values at a time: what fits a processor's cache runs several times faster.
CHUNK = 1 << 13
LN2_HIGH, LN2_LOW, PER_LN2 = 6.93147180369123816490e-01, 1.90821492927058770002e-10, 1.44269504088896338700
#: e_exp.c: the even part of r coth(r / 2) - 2; e_log.c: the rest of log((1 + s) / (1 - s)).
EXP = (4.13813679705723846039e-08, -1.65339022054652515390e-06, 6.61375632143793436117e-05,
       -2.77777777770155933842e-03, 1.66666666666666019037e-01)  # fmt: skip
LOG = (1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01,
       2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01)  # fmt: skip
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
    flat = np.ascontiguousarray(values).reshape(-1)
    out = np.empty(flat.shape, dtype=kind)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for first in range(0, flat.size, CHUNK):
            part = slice(first, first + CHUNK)
            out[part] = function(flat[part].astype(float))
    found: FloatArray = out.reshape(values.shape)[()]
    return found


def _exp(x: FloatArray) -> FloatArray:
    """Return the exponential of doubles (n,): x = k ln 2 + r, a rational function of r, two to the power of k."""
    near = np.clip(x, -LARGEST, LARGEST)
    k = np.rint(near * PER_LN2)
    high, low = near - k * LN2_HIGH, k * LN2_LOW
    r = high - low
    square = r * r
    c = r - square * _polynomial(EXP, square)
    mantissa = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    found: FloatArray = mantissa * ((k.astype(np.int64) + 1023) << 52).view(np.float64)
    found[x > LARGEST], found[x < -LARGEST] = np.inf, 0.0
    return found


def _log(x: FloatArray) -> FloatArray:
    """Return the logarithm of doubles (n,): x = two to the k times 1 + f, with 1 + f between the roots of 1/2 and 2."""
    fraction, k = np.frexp(x)
    small = fraction < np.sqrt(0.5)
    f = np.where(small, 2 * fraction, fraction) - 1.0
    k = (k - small).astype(float)
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    rest = square * _polynomial(LOG, square)
    found: FloatArray = k * LN2_HIGH - ((half - (s * (half + rest) + k * LN2_LOW)) - f)
    odd = ~((x > 0) & (x < np.inf))
    if odd.any():
        found[odd] = np.where(x[odd] == 0, -np.inf, np.where(x[odd] > 0, np.inf, np.nan))
    return found


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
