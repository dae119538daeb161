"""When does China's military expenditure overtake the region's? Figures in, a brief out."""

import os
import platform
import sys

__version__ = "0.2.0"

# Matrix products differ in the last digit with the kernel that OpenBLAS picks for a processor: the one that every
# x86-64 processor has, named before NumPy is loaded, gives the same bytes on all of them.
KERNEL = "Nehalem" if platform.machine() in ("x86_64", "AMD64") else None
#: NumPy was here first, with a kernel of its own choice: nothing that must be the same bytes may be worked out here.
TOO_LATE = KERNEL is not None and "numpy" in sys.modules and os.environ.get("OPENBLAS_CORETYPE") != KERNEL
if KERNEL is not None:
    os.environ["OPENBLAS_CORETYPE"] = KERNEL
    # NumPy sorts with AVX-512 where there is some: the same bytes, but three times as slow as with AVX2 on AMD's Zen 4
    # (github.com/numpy/x86-simd-sort/issues/6). Whoever sets the variable, to nothing too, is left alone.
    os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL AVX512_SPR")
