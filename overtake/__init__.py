"""When does China's military expenditure overtake the region's? Figures in, a brief out."""

import os
import platform

__version__ = "0.2.0"

# Matrix products differ in the last digit with the kernel that OpenBLAS picks for a processor: the one that every
# x86-64 processor has, named before NumPy is loaded, gives the same bytes on all of them.
if platform.machine() in ("x86_64", "AMD64"):
    os.environ["OPENBLAS_CORETYPE"] = "Nehalem"
