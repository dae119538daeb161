"""The same bytes on any processor: the whole pipeline with instructions hidden from NumPy, OpenBLAS and the C library.

`OVERTAKE_PROCESSORS=all pytest tests/faults/test_processors.py` tries every disguise; without it the strongest alone.
"""

import os
import platform
import subprocess
import sys

import pytest

from overtake.futures.models import MODELS
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


#: Prints a hash of what each growth model draws, on editions where a search once ended elsewhere by the processor.
GROWTH = """
import hashlib, sys
from overtake import paths
from overtake.config.core import Run
from overtake.config.load import load
from overtake.edition import read
from overtake.futures.models import MODELS
from overtake.futures.series import of_spending
params = load(paths.ROOT / "params.yaml")
for name in ("2021-04", "2026-04"):
    edition = read(params.data.model_copy(update={"edition": name, "series": ()}))
    for model, growth in MODELS.items():
        drawn = growth(of_spending(edition.spending), edition, params.futures, 15, Run(seed=1, draws=100))
        print(name, model, hashlib.sha256(drawn.tobytes()).hexdigest())
"""


def test_another_processor_gives_the_same_growth_by_every_model():
    """Those outside the pool too, which the pipeline does not draw: they are in the multiverse of who asks for them."""
    drawn = {
        name: subprocess.run(
            [sys.executable, "-W", "ignore", "-c", GROWTH],
            env=os.environ | disguise, capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for name, disguise in {"as it is": {}, **DISGUISES}.items()
    }  # fmt: skip
    assert len(drawn["as it is"]) == 2 * len(MODELS)
    for name, found in drawn.items():
        assert found == drawn["as it is"], name
