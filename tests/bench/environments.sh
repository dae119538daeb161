#!/usr/bin/env bash
# `bash tests/bench/environments.sh [PYTHON...]`: the environment of the brief by each pip, with and without uv, on each
# Python that is on PATH, from an empty cache each time: seconds, megabytes and what `pip check` says, as a table.
set -euo pipefail
cd "$(dirname "$0")/../.."
uv=$(command -v uv || true)
printf '| Python | pip | uv | seconds | MB | result |\n|---|---|---|---|---|---|\n'
[ $# -gt 0 ] || set -- python3.11 python3.12 python3.13
for python in "$@"; do
  for pip in 22.3.1 23.0.1 23.2.1 24.0 newest; do
    for with in no yes; do
      work=$(mktemp -d)
      "$python" -m venv "$work/e"
      spec=pip; [ "$pip" = newest ] || spec="pip==$pip"
      "$work/e/bin/python" -m pip install --quiet --upgrade "$spec" >/dev/null 2>&1 || true
      path=$PATH
      [ "$with" = yes ] || path=$(tr ':' '\n' <<<"$PATH" | while read -r folder; do [ -x "$folder/uv" ] || printf '%s:' "$folder"; done)
      [ "$with" = yes ] && [ -z "$uv" ] && { rm -rf "$work"; continue; }
      start=$EPOCHREALTIME
      if HOME=$work PIP_NO_CACHE_DIR=1 UV_CACHE_DIR=$work/cache PATH=${path%:} \
        .ci/environment "$python" "$work/e" requirements.txt --packages-only >"$work/log" 2>&1; then result=whole
      else result=$(grep -v -e WARNING -e '^$' "$work/log" | tail -1 | cut -c1-90 | tr '|' '/'); fi
      seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.0f", b - a }')
      version=$("$work/e/bin/python" -c 'import importlib.metadata as m, platform; print(platform.python_version(), "|", m.version("pip"))')
      printf '| %s | %s | %s | %s | %s |\n' "$version" "$with" "$seconds" "$(du -sm "$work/e" | cut -f1)" "$result"
      rm -rf "$work"
    done
  done
done
