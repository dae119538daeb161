#!/usr/bin/env bash
# In an environment of its own (.audit): the crate before its validator, the pins before the advisories.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ ! -f .audit/.ready ] || [ tests/audit/requirements.txt -nt .audit/.ready ]; then
  python -m venv .audit
  .audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/audit/requirements.txt
  touch .audit/.ready
fi
pytest -q tests/unit/test_crate.py
# Strict: without it, a package of which the advisories' keeper knows nothing is passed over and the audit still ends well.
.audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.txt
