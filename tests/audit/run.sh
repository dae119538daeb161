#!/usr/bin/env bash
# In an environment of its own (.audit): the bill of materials, the crate before its validator, the pins before the advisories.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ ! -f .audit/.ready ] || [ tests/audit/requirements.txt -nt .audit/.ready ]; then
  python -m venv .audit
  .audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/audit/requirements.txt
  touch .audit/.ready
fi
# What is installed, with hashes, in CycloneDX: a release carries it.
.audit/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible -o sbom.json
pytest -q tests/unit/test_crate.py
# Strict: without it, a package of which the advisories' keeper knows nothing is passed over and the audit still ends well.
.audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.txt
