"""An RO-Crate of the run: which files were made, from which figures, by which code, under which terms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Media types of the files that are published.
TYPES = {
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".csv": "text/csv",
    ".svg": "image/svg+xml",
    ".parquet": "application/vnd.apache.parquet",
}
#: What a file is, by its folder or its suffix.
ABOUT = {
    "figures": "A figure of the brief, alone.",
    "tables": "The values behind a figure of the brief.",
    "plots": "Values that `dvc plots` draws.",
    ".html": "A page of the brief, whole in one file.",
    ".json": "Numbers, measures or origins of the run.",
}
SPECIFICATION = "https://w3id.org/ro/crate/1.2"
LICENCE = "https://spdx.org/licenses/MIT"
NAME = "ro-crate-metadata.json"


DESCRIPTOR = {
    "@id": NAME,
    "@type": "CreativeWork",
    "about": {"@id": "./"},
    "conformsTo": {"@id": SPECIFICATION},
}
LICENCE_ITSELF = {
    "@id": LICENCE,
    "@type": "CreativeWork",
    "name": "MIT licence",
    "description": "Of code, text and drawings; the figures in the tables stand under their publishers' terms.",
}


def metadata(folder: Path, citation: Mapping[str, Any], manifest: Mapping[str, Any], description: str) -> str:
    """Return ro-crate-metadata.json (RO-Crate 1.2) for the files in `folder`, as text.

    citation: CITATION.cff; manifest: what the run was made of (see `overtake.publish.manifest`). The date is the
    citation's, so that equal runs give equal bytes.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = [_file(folder, name) for name in names if name != NAME]
    sources = [_source(name, digest) for name, digest in sorted(manifest.get("figures", {}).items())]
    authors = [_author(f"#author-{number}", author) for number, author in enumerate(citation.get("authors", []))]
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "dvc repro",
        "instrument": {"@id": "#overtake"},
        "object": [{"@id": source["@id"]} for source in sources],
        "result": [{"@id": file["@id"]} for file in files],
    }
    root = _root(citation, description, authors, files)
    software = _software(citation, manifest)
    graph: list[dict[str, Any]] = [DESCRIPTOR, root, *files, *authors, LICENCE_ITSELF, software, action, *sources]
    crate = {"@context": f"{SPECIFICATION}/context", "@graph": [_compact(entity) for entity in graph]}
    return json.dumps(crate, indent=1, ensure_ascii=False) + "\n"


def _root(
    citation: Mapping[str, Any], description: str, authors: list[dict[str, Any]], files: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the entity of the folder itself."""
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": str(citation.get("title", "Overtake")),
        "description": description,
        **({"datePublished": str(citation["date-released"])} if citation.get("date-released") else {}),
        "license": {"@id": LICENCE},
        "author": [{"@id": author["@id"]} for author in authors],
        "publisher": [{"@id": author["@id"]} for author in authors if author["@type"] == "Organization"],
        "hasPart": [{"@id": file["@id"]} for file in files],
        "mentions": [{"@id": "#run"}],
    }


def _software(citation: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entity of the code. An application must have an address; without one it is a work like any other."""
    code = citation.get("repository-code")
    return {
        "@id": "#overtake",
        "@type": "SoftwareApplication" if code else "CreativeWork",
        "name": "overtake",
        "version": str(citation.get("version", "")),
        **({"url": code} if code else {}),
        "license": {"@id": LICENCE},
        "identifier": f"sha256:{_digest_of(manifest.get('code', {}))}",
    }


def _source(name: str, digest: str) -> dict[str, Any]:
    """Return the entity of a table of data/raw."""
    return {
        "@id": f"#{name}",
        "@type": "Dataset",
        "name": f"data/raw/{name}",
        "identifier": f"sha256:{digest}",
        "description": "Figures that the run read, kept with the code.",
    }


def _author(id: str, author: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entity of an author of CITATION.cff; its address where the file gives one."""
    name = author.get("name") or f"{author.get('given-names', '')} {author.get('family-names', '')}".strip()
    kind = "Person" if "family-names" in author else "Organization"
    return {"@id": id, "@type": kind, "name": name, **({"url": author["website"]} if "website" in author else {})}


def _compact(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Return `entity` as JSON-LD compacts it: one value alone not as a list, no value not at all."""
    values = {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in entity.items()}
    return {key: value for key, value in values.items() if value != []}


def _file(folder: Path, name: str) -> dict[str, Any]:
    content = (folder / name).read_bytes()
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": ABOUT.get(Path(name).parts[0], ABOUT.get(Path(name).suffix, "A file of the brief.")),
        "encodingFormat": TYPES.get(Path(name).suffix, "application/octet-stream"),
        "contentSize": str(len(content)),
        "identifier": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _digest_of(hashes: Mapping[str, str]) -> str:
    """Return one hash for a set of files."""
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
