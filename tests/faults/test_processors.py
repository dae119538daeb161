"""The same bytes on any processor: the whole pipeline with instructions hidden from NumPy, OpenBLAS and the C library.

`OVERTAKE_PROCESSORS=all pytest tests/faults/test_processors.py` tries every disguise; without it the strongest alone.
"""

import os
import platform

import pytest

from tests.pipeline.test_repro import clone, hashes, repro

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names instructions of x86-64"),
]

WITHOUT_AVX2 = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX2_Usable,-FMA_Usable,-AVX512F_Usable"
DISGUISES = {
    "all hidden": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL X86_V3",
        "OPENBLAS_CORETYPE": "Nehalem",
        "GLIBC_TUNABLES": WITHOUT_AVX2,
    },
    "all there is": {"NPY_DISABLE_CPU_FEATURES": ""},
    "NumPy without AVX2": {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL X86_V3"},
    "another OpenBLAS": {"OPENBLAS_CORETYPE": "Haswell"},
    "C library without AVX2 and FMA": {"GLIBC_TUNABLES": WITHOUT_AVX2},
}
CHOSEN = list(DISGUISES) if os.environ.get("OVERTAKE_PROCESSORS") == "all" else ["all hidden"]


#: What else differs between two users: hash seed, time zone, locale, threads.
ELSEWHERE = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "OMP_NUM_THREADS": "2", "COLUMNS": "40"}


@pytest.mark.parametrize("name", CHOSEN)
def test_another_processor_gives_the_same_bytes(built_once, tmp_path, name):
    """Every table, notebook, page, drawing, number and paper, in another folder, elsewhere, on another processor."""
    first = hashes(built_once[0])
    repro(clone(tmp_path), **ELSEWHERE, **DISGUISES[name])
    second = hashes(tmp_path)
    differ = sorted(file for file in first | second if first.get(file) != second.get(file))
    print(f"{name}: {len(first)} files compared, {len(differ)} differ")
    assert len(first) > 100
    assert differ == []
