#!/usr/bin/env bash
# Small changes of the code that no unit test notices, by mutmut: run.sh [HOW MANY a room, 200 by default] [SEED].
# After tests were written for what one sample left, another seed tells how many are noticed.
# mutmut stands beside the environment, in .mutmut; what it makes and finds, in mutants/ (remove it after a change).
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ ! -f .mutmut/.ready ] || [ tests/mutation/requirements.txt -nt .mutmut/.ready ]; then
  python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target .mutmut -r tests/mutation/requirements.txt
  touch .mutmut/.ready
fi
export PYTHONPATH=$PWD/.mutmut OVERTAKE_NO_SHRINKING=1 OMP_NUM_THREADS=1
python -m mutmut run 'none.*' >/dev/null 2>&1 || true # makes the mutants, runs none
python -m tests.mutation.mutants sample "${1:-200}" "${2:-1}" | xargs python -m mutmut run >mutants/log 2>&1 || {
  tail -n 40 mutants/log >&2
  exit 1
}
python -m tests.mutation.mutants table
