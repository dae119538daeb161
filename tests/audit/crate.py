"""Print what roc-validator finds in an RO-Crate, as JSON: `.audit/bin/python tests/audit/crate.py FOLDER`.

It runs in an environment of its own (see run.sh) and without the internet: the JSON-LD context that the crate names is
the copy that the package `rocrate` brings, put into the validator's HTTP cache.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator import services
from rocrate_validator.models import Severity

PROFILE = "ro-crate-1.2"
CONTEXT = "https://w3id.org/ro/crate/1.2/context"


class Shipped(HTTPAdapter):
    """Answer every request with one text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        body, headers = io.BytesIO(self.text.encode()), {"Content-Type": "application/ld+json"}
        return self.build_response(
            request, urllib3.HTTPResponse(body=body, headers=headers, status=200, preload_content=False)
        )


def fill_cache(path: Path) -> None:
    """Put the context that `rocrate` brings into the HTTP cache at `path`, under the address that the crate names."""
    text = (files("rocrate") / "data" / "ro-crate.jsonld").read_text(encoding="utf-8")
    session = CachedSession(cache_name=str(path), backend="sqlite", expire_after=-1)
    session.mount("https://", Shipped(text))
    session.get(CONTEXT)


def findings(folder: Path) -> list[dict[str, str]]:
    """Return severity, message and entity of each required or recommended property that the crate in `folder` lacks."""
    with tempfile.TemporaryDirectory() as place:
        fill_cache(Path(place) / "cache")
        settings = services.ValidationSettings(
            rocrate_uri=str(folder), profile_identifier=PROFILE, requirement_severity=Severity.RECOMMENDED,
            offline=True, cache_path=Path(place) / "cache",
        )  # fmt: skip
        result = services.validate(settings)
    return [
        {"severity": issue.severity.name, "message": issue.message, "entity": str(issue.violatingEntity)}
        for issue in result.get_issues()
    ]


if __name__ == "__main__":
    print(json.dumps(findings(Path(sys.argv[1])), indent=1))
