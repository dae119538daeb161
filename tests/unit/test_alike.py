"""Exponential, logarithm, power, significant digits: right against decimal arithmetic, the same on every processor."""

import hashlib
import os
import re
import subprocess
import sys
from decimal import Decimal, getcontext

import numpy as np
import pandas as pd
import pytest

from overtake import alike, paths
from overtake.draws import DIGITS, read_parquet, write_parquet

getcontext().prec = 40
VALUES = [*np.random.default_rng(1).normal(0, 4, 300), 0.0, 1.0, -1.0, 1e-12, 700.0, -700.0, 0.34657359, 20.5]

#: A fingerprint of many values, computed in a process of its own.
FINGERPRINT = """
from overtake import alike  # before NumPy, as in every command
import hashlib, numpy as np
x = np.random.default_rng(0).normal(0, 3, 300_000)
y = np.abs(x) + 0.5
left = np.random.default_rng(0).normal(0, 1, (300, 40))
parts = [alike.exp(x), alike.exp(x.astype(np.float32)), alike.log(y), alike.log(y.astype(np.float32)),
         alike.power(y, x), left.T @ left, np.linalg.cholesky(np.cov(left.T)), x.reshape(300, 1000).sum(axis=0)]
print(hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest())
"""
#: Instructions that a processor may lack, hidden from NumPy, OpenBLAS and the C library.
DISGUISES = {
    "as we run": {},
    "all there is": {"NPY_DISABLE_CPU_FEATURES": ""},
    "another OpenBLAS": {"OPENBLAS_CORETYPE": "Haswell"},
    "without AVX2 and FMA": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL X86_V3",
        "OPENBLAS_CORETYPE": "Nehalem",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX2_Usable,-FMA_Usable,-AVX512F_Usable",
    },
}


def units(found: float, exact: Decimal) -> float:
    """Return how many units in the last place `found` is off."""
    return float(abs(Decimal(found) - exact) / Decimal(float(np.spacing(abs(found)))))


def test_exp_and_log_are_right_to_the_last_place():
    for value in VALUES:
        assert units(float(alike.exp(value)), Decimal(value).exp()) < 1
        if value > 0 and value != 1:
            assert units(float(alike.log(value)), Decimal(value).ln()) < 1
    assert alike.log(1.0) == 0
    assert alike.exp(0.0) == 1


def test_the_ends_of_the_line():
    assert alike.exp([-np.inf, -800.0, np.inf, 800.0]).tolist() == [0.0, 0.0, np.inf, np.inf]
    assert alike.log([0.0, np.inf]).tolist() == [-np.inf, np.inf]
    assert np.isnan(alike.log([-1.0, np.nan])).all()
    assert np.isnan(alike.exp(np.nan))
    assert alike.exp(np.empty((0, 3))).shape == (0, 3)


def test_shape_and_type_stay_and_a_float32_is_the_rounded_double():
    x = np.random.default_rng(2).normal(size=(50, 3, 400)).astype(np.float32).transpose(2, 0, 1)
    assert alike.exp(x).shape == x.shape
    assert alike.exp(x).dtype == np.float32
    assert (alike.exp(x) == alike.exp(x.astype(float)).astype(np.float32)).all()


@pytest.mark.parametrize(
    "cut",
    [
        lambda x: x,
        lambda x: x.transpose(2, 0, 1),
        lambda x: x.transpose(1, 2, 0)[:, ::2, 1:],
        lambda x: x[::-1, :, ::-3],
        lambda x: x[:, :1],
        lambda x: np.broadcast_to(x[:, :1], x.shape),
    ],
)
def test_every_value_stays_in_its_place_whatever_the_order_in_memory(cut):
    x = np.random.default_rng(5).normal(size=(3, 4, 20_000))
    kept = cut(x)
    one_by_one = alike.exp(np.array(kept, order="C").ravel()).reshape(kept.shape)
    assert (alike.exp(kept) == one_by_one).all()


def test_numpy_sorts_without_avx512_unless_somebody_says_otherwise():
    asked = "import overtake, os; print(os.environ['NPY_DISABLE_CPU_FEATURES'])"
    bare = {key: value for key, value in os.environ.items() if key != "NPY_DISABLE_CPU_FEATURES"}
    for given, expected in (({}, "X86_V4 AVX512_ICL AVX512_SPR"), ({"NPY_DISABLE_CPU_FEATURES": ""}, "")):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", f"import overtake, numpy; {asked}"],
            capture_output=True, text=True, env={**bare, "PYTHONPATH": str(paths.ROOT), **given},
        )  # fmt: skip
        assert (done.stdout.strip(), done.stderr) == (expected, "")


def test_power_of_whole_numbers():
    for exponent in (0, 1, 7, 35):
        assert float(alike.power(1.02, exponent)) == pytest.approx(float(Decimal("1.02") ** exponent), rel=1e-14)
    assert alike.power(np.array([[1.01], [1.0]]), np.arange(3)).shape == (2, 3)


def test_significant_digits_as_printed():
    drawn = np.random.default_rng(3)
    x = np.concatenate([drawn.normal(size=2000) * 10.0 ** drawn.integers(-30, 30, 2000), [1.0, 9.999999999999e5, 0.0]])
    rounded = alike.significant(x, DIGITS)
    assert rounded == pytest.approx([float(f"{value:.{DIGITS - 1}e}") for value in x], rel=1e-15, abs=0)
    assert (alike.significant(rounded, DIGITS) == rounded).all()
    odd = np.array([np.nan, np.inf, -np.inf, 1e-200, 0.0])
    assert np.array_equal(alike.significant(odd, DIGITS), odd, equal_nan=True)


def test_tables_that_agree_to_twelve_digits_are_the_same_bytes(tmp_path):
    x = np.random.default_rng(4).normal(size=500).round(6) * 1.7
    files = [tmp_path / name for name in ("a.parquet", "b.parquet")]
    for file, values in zip(files, (x, x * (1 + 2e-16)), strict=True):
        write_parquet(pd.DataFrame({"name": "x", "value": values, "draw": values.astype(np.float32)}), file)
    assert read_parquet(files[0])["value"].to_numpy() == pytest.approx(x, rel=1e-12)
    assert len({hashlib.sha256(file.read_bytes()).hexdigest() for file in files}) == 1


def test_the_same_bits_whatever_the_processor_can_do():
    found, bare = {}, {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    for name, hidden in DISGUISES.items():
        done = subprocess.run(
            [sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True,
            env={**bare, "PYTHONPATH": str(paths.ROOT), **hidden},
        )  # fmt: skip
        found[name] = done.stdout
    assert len(set(found.values())) == 1, found


def test_nothing_else_takes_exponentials():
    """NumPy's differ between processors: outside this room only checks of raw figures and axes of charts use them."""
    allowed = {"sources/raw.py", "sources/fetch.py", "brief/charts/countries.py", "explorer/encode.py"}
    names = (
        "np.exp(",
        "np.log(",
        "np.log10(",
        "np.log2(",
        "np.log1p(",
        "np.expm1(",
        "np.power(",
        "math.exp(",
        "math.log(",
    )
    package = paths.ROOT / "overtake"
    users = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if any(name in file.read_text(encoding="utf-8") for name in names)
    }
    assert users <= allowed


def test_equal_values_keep_their_order_on_every_processor():
    """The quick sort of NumPy orders ties by the processor's registers: every sort of a table names the stable one."""
    found = []
    for file in sorted([*paths.ROOT.glob("overtake/**/*.py"), *paths.ROOT.glob("notebooks/*.ipynb")]):
        text = file.read_text(encoding="utf-8").replace('\\"', '"')
        for match in re.finditer(r"\.sort_values\(((?:[^()]|\([^()]*\))*)\)", text):
            found.append((file, match[1]))
        assert len(re.findall(r"\.sort_values\(", text)) == sum(where == file for where, _ in found), file
    assert len(found) > 30
    assert [(where, sort) for where, sort in found if 'kind="stable"' not in sort] == []
