"""How fast the engine is: beside its peers, beside the machine's limit, and as the work grows.

``python -m benchmarks`` runs everything in one process on one core, and writes a table and figures.  The threads of
every library are pinned here, before any of them is loaded.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_ENABLE_X64"] = "true"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["GEOMSTATS_BACKEND"] = "numpy"
