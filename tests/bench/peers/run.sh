#!/usr/bin/env bash
# Forecast every task with statsforecast's models in an environment of its own (.peers), then score all alike.
set -euo pipefail
cd "$(dirname "$0")/../../.."
panel="${1:-data/panel/milex_2026-04.parquet}"
if [ ! -f "$panel" ]; then
  echo "peers: $panel is missing; next: overtake ingest sipri PATH --all-countries" >&2
  exit 2
fi
if [ ! -f .peers/.ready ]; then
  python -m venv .peers
  .peers/bin/python -m pip install --quiet --require-hashes -r tests/bench/peers/requirements.txt
  touch .peers/.ready
fi
.peers/bin/python tests/bench/peers/forecast.py "$panel" .peers/forecasts.parquet
overtake skill --panel "$panel" --peers .peers/forecasts.parquet
