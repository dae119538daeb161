"""`overtake doctor`: what is wrong or stale and why, by its own reading of files; `--mend` clears what a kill left."""

from __future__ import annotations

import argparse
import ctypes.util
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from overtake import paths
from overtake.errors import OvertakeError

OK, NOTE, STALE, WRONG = "ok", "note", "stale", "wrong"
#: What a run writes anew, outputs and their copies in DVC's cache, with some to spare; MB.
ROOM_MB = 300
#: A pinned line of requirements.txt: name, version, and the marker that says where it holds.
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$")
#: What WeasyPrint loads to write the PDF, with Debian's package for each.
LIBRARIES = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0"}


@dataclass(frozen=True)
class Finding:
    """One line of the report: area, state (ok, note, stale, wrong), what was found, what to do."""

    area: str
    state: str
    what: str
    next_step: str = ""

    def __str__(self) -> str:
        """Return the line, with the next step below it where there is one."""
        line = f"{self.state:5}  {self.area}: {self.what}"
        return f"{line}\n         next: {self.next_step}" if self.next_step else line


SETTLED = Finding("stages", OK, "all as in dvc.lock: dvc repro would do nothing")


def register(commands: Any) -> None:
    """Add the command to the `argparse` subparsers `commands`."""
    doctor = commands.add_parser("doctor", help="check environment, figures, parameters, lock and outputs; say why")
    doctor.add_argument("--mend", action="store_true", help="only clear what a killed run left (make brief calls this)")
    doctor.add_argument("--json", action="store_true", help="the findings as JSON")
    doctor.set_defaults(func=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    if arguments.mend:
        print("".join(f"mended: {line}\n" for line in mend(paths.ROOT)), end="")
        return 0
    findings = list(examine(paths.ROOT))
    print(json.dumps([asdict(finding) for finding in findings], indent=1) if arguments.json else report(findings))
    return code(findings)


def report(findings: list[Finding]) -> str:
    """Return a line per finding, a next step once for those in a row that share it, and the sum at the end."""
    lines = []
    for finding, after in zip(findings, [*findings[1:], None], strict=True):
        shared = after is not None and after.next_step == finding.next_step
        lines.append(str(replace(finding, next_step="") if shared else finding))
    first = next((finding for state in (WRONG, STALE) for finding in findings if finding.state == state), None)
    if first is None:
        return "\n".join([*lines, "all is well"])
    counts = [(state, sum(finding.state == state for finding in findings)) for state in (WRONG, STALE)]
    told = " and ".join(f"{count} {state}" for state, count in counts if count)
    return "\n".join([*lines, f"{told}; begin with: {first.next_step}"])


def code(findings: list[Finding]) -> int:
    """Return the exit code: 0 where all is well, 1 where something is stale, 2 where something is wrong."""
    states = {finding.state for finding in findings}
    return 2 if WRONG in states else 1 if STALE in states else 0


def examine(root: Path) -> Iterator[Finding]:
    """Yield the findings on the project at `root`, in the order of the pipeline."""
    settled = False
    for check in (environment, leftovers, figures, parameters, lock, outputs, sameness):
        try:
            for finding in check(root):
                settled |= finding == SETTLED
                yield unmoved(finding) if settled and finding.area == "brief" and finding.state == STALE else finding
        except OvertakeError as error:
            yield refused(check.__name__, error)


def refused(area: str, error: OvertakeError) -> Finding:
    """Return what a check refused; next steps of the problems that it lists come before its own."""
    step = re.compile(r"\n\s*next:\s+(.*)")
    steps = list(dict.fromkeys(step.findall(error.problem)))
    return Finding(
        area, WRONG, f"{error.place}: {step.sub('', error.problem)}", "; ".join(steps) or error.next_step or ""
    )


def unmoved(finding: Finding) -> Finding:
    """Return what a difference from the manifest is where DVC has nothing to do: a change that moved nothing."""
    return replace(finding, state=NOTE, what=f"{finding.what}; no output moved, so it stands", next_step="")


def environment(root: Path) -> Iterator[Finding]:
    """Yield findings on Python, the pinned packages, and libraries of the system."""
    version = ".".join(map(str, sys.version_info[:3]))
    fit = sys.version_info >= (3, 11)
    yield Finding("python", OK if fit else WRONG, version, "" if fit else "install Python 3.11 or newer, `make brief`")
    text = (root / "requirements.txt").read_text(encoding="utf-8") if (root / "requirements.txt").is_file() else ""
    wanted = pins(text)
    odd = [f"{name} {found or 'missing'} (pinned {pin})" for name, pin, found in installed(wanted) if found != pin]
    what = f"{len(odd)} differ from requirements.txt: {_few(odd)}" if odd else f"{len(wanted)} as pinned"
    yield Finding("packages", WRONG if odd else OK, what, "rm -rf .venv && make brief" if odd else "")
    for library, package in LIBRARIES.items():
        found = ctypes.util.find_library(library)
        yield Finding("library", OK if found else WRONG, f"{library}: {found or 'missing'}, for the PDF",
                      "" if found else f"apt-get install {package}")  # fmt: skip
    free = shutil.disk_usage(root).free // 1_000_000
    yield Finding("disk", OK if free >= ROOM_MB else WRONG, f"{free:,} MB free",
                  "" if free >= ROOM_MB else f"make room ({ROOM_MB} MB or more), then `make brief`")  # fmt: skip
    quarto = shutil.which("quarto")
    yield Finding("quarto", NOTE, quarto or "not on PATH: only `make brief-quarto` needs it")


def pins(text: str) -> list[tuple[str, str]]:
    """Return name and version of each pinned line of a requirements file whose marker holds here."""
    from packaging.markers import Marker

    found = []
    for line in text.splitlines():
        match = PIN.match(line)
        if match and (match[3] is None or Marker(match[3]).evaluate()):
            found.append((match[1], match[2]))
    return found


def installed(wanted: list[tuple[str, str]]) -> Iterator[tuple[str, str, str | None]]:
    """Yield name, pinned and installed version (None: missing)."""
    for name, pin in wanted:
        try:
            yield name, pin, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name, pin, None


def leftovers(root: Path) -> Iterator[Finding]:
    """Yield findings on what killed or failed runs left."""
    if any(_half_written(root)):
        names = ", ".join(str(path.relative_to(root)) for path in _half_written(root))
        yield Finding("leftovers", STALE, f"of a run that was killed: {names}", "overtake doctor --mend")
    failed = sorted((root / "data" / "processed" / "failed").glob("*.ipynb"))
    if failed:
        yield Finding("leftovers", NOTE, f"the last failed run's cells are in {failed[0].relative_to(root)}")


def figures(root: Path) -> Iterator[Finding]:
    """Yield findings on data/raw: schemas, keys, plausibility, hashes."""
    from overtake.sources.checks import check_all

    yield Finding("figures", OK, f"{len(check_all(root / 'data' / 'raw'))} files sound, as sealed")


def parameters(root: Path) -> Iterator[Finding]:
    """Yield findings on params.yaml and the schema that editors use."""
    from overtake.config.load import json_schema, load, undeclared

    lines = undeclared(load(root / "params.yaml"))
    yield Finding("parameters", WRONG if lines else OK, "; ".join(lines) or "valid", "edit params.yaml" * bool(lines))
    path = root / "params.schema.json"
    fresh = path.is_file() and path.read_text(encoding="utf-8") == json_schema()
    yield Finding("schema", OK if fresh else STALE, "that of the models" if fresh else "older than the models",
                  "" if fresh else "overtake schema")  # fmt: skip


def lock(root: Path) -> Iterator[Finding]:
    """Yield findings on dvc.lock, and per stage what has changed since it last ran."""
    if is_damaged(root / "dvc.lock"):
        yield Finding("dvc.lock", WRONG, "is damaged", "overtake doctor --mend && dvc repro")
        return
    if not any((root / name).exists() for name in ("data/processed/figures.json", "reports/brief/manifest.json")):
        yield Finding("stages", STALE, "none has run here yet", "make brief")
        return
    command = [sys.executable, "-m", "dvc", "status", "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    try:
        status = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.strip().splitlines() or ["no answer"]
        step = "overtake doctor --mend" if "not a git repository" in done.stderr else "dvc status"
        yield Finding("stages", WRONG, f"dvc cannot tell: {said[0][:300]}", step)
        return
    why: dict[str, list[str]] = {}
    for stage, changes in status.items():
        why.setdefault("; ".join(_reasons(changes)), []).append(stage)
    for reason, stages in why.items():
        yield Finding(f"stage{'s' * (len(stages) > 1)} {', '.join(stages)}", STALE, reason, "dvc repro")
    if not status:
        yield SETTLED


#: What `dvc status` says of an input or an output of a stage, in words.
SAID = {
    ("changed deps", "modified"): "changed",
    ("changed deps", "new"): "new",
    ("changed deps", "deleted"): "missing",
    ("changed outs", "modified"): "output not as it was made",
    ("changed outs", "deleted"): "output missing",
    ("changed outs", "not in cache"): "output missing",
}


def _reasons(changes: list[Any]) -> Iterator[str]:
    """Yield why a stage is stale, from what `dvc status --json` says of it: inputs first, then outputs."""
    told: dict[str, list[str]] = {}
    for change in changes:
        if not isinstance(change, dict):
            yield str(change)
            continue
        for side, items in change.items():
            for path, state in items.items():
                for key, what in state.items() if isinstance(state, dict) else [("", state)]:
                    told.setdefault(SAID.get((side, what), f"{side}, {what}"), []).append(f"{path} {key}".strip())
    for words, names in told.items():
        yield f"{words}: {_few(names)}"


def _few(names: list[str], shown: int = 4) -> str:
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")


def outputs(root: Path) -> Iterator[Finding]:
    """Yield findings on the published brief: is it there, and what has changed since its manifest was written."""
    path = root / "reports" / "brief" / "manifest.json"
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        yield Finding("brief", STALE, "not built yet", "make brief")
        return
    except ValueError:
        yield Finding("brief", WRONG, "reports/brief/manifest.json is damaged", "dvc repro")
        return
    from overtake.publish.manifest import manifest, whole_settings

    now = json.loads(json.dumps(manifest(root, whole_settings(root))))
    lines = [line for part in ("figures", "parameters", "code") for line in moved(before.get(part, {}), now[part])]
    what = f"made from other inputs: {_few(lines)}"
    yield Finding("brief", STALE if lines else OK, what if lines else "made from these figures, parameters and code",
                  "dvc repro" if lines else "")  # fmt: skip


def moved(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Yield a line per name whose value or hash differs."""
    for name in sorted(set(before) | set(now)):
        if name not in now:
            yield f"{name} is gone"
        elif name not in before:
            yield f"{name} is new"
        elif before[name] != now[name]:
            is_hash = isinstance(now[name], str) and re.fullmatch(r"[0-9a-f]{64}", now[name])
            yield f"{name} changed" if is_hash else f"{name} {before[name]} -> {now[name]}"


def sameness(_: Path) -> Iterator[Finding]:
    """Yield what the machine is: bytes are the same for one kind of processor, see docs/faults.md."""
    same = "equal inputs give equal bytes on one kind of processor, last digits may differ between kinds"
    yield Finding("machine", NOTE, f"{platform.machine()}, {os.cpu_count()} processors; {same} (docs/faults.md)")


def mend(root: Path) -> list[str]:
    """Clear away what a killed run left and what DVC would stumble over; return a line for each."""
    from overtake.pipeline.guard import alone

    if _running(root):
        return gitless(root)  # another run is at work: its half-written files and its lock are its own
    with alone(root):
        return [*gitless(root), *_mended(root)]


def _mended(root: Path) -> Iterator[str]:
    from overtake.draws import remove, take_back
    from overtake.pipeline.cache import damaged
    from overtake.sources import commit

    if commit.finish(root / "data" / "raw"):
        yield "an ingest that was killed is carried through"
    locks = root / ".dvc" / "tmp" / "rwlock"
    if locks.is_file() and not _is_list_of_processes(_read_json(locks)):
        locks.unlink()
        yield "DVC's list of running processes was damaged and is removed"
    path = root / "dvc.lock"
    if is_damaged(path):
        path.replace(root / "dvc.lock.damaged")
        yield "dvc.lock was damaged and stands aside as dvc.lock.damaged; dvc repro writes it anew"
    for name in take_back(root / "reports"):
        yield f"a publication that was killed is taken back: reports/{name} is the last whole one"
    for item in _half_written(root):
        remove(item)
        yield f"half-written {item.relative_to(root)} is removed"
    for item in damaged(root):
        item.parent.chmod(0o755)
        remove(item)
        yield f"{os.path.relpath(item, root)} was damaged and is removed; dvc repro makes it anew"


def gitless(root: Path) -> list[str]:
    """Tell DVC to do without git where `root` lies in none (.dvc/config.local), and no longer where it does."""
    path, own = root / ".dvc" / "config.local", "[core]\n    no_scm = true\n"
    local = path.read_text(encoding="utf-8") if path.is_file() else ""
    if any((folder / ".git").exists() for folder in (root, *root.parents)):
        if local != own:
            return []
        path.unlink()
        return ["the project lies in git now: DVC uses it (.dvc/config.local is removed)"]
    shared = root / ".dvc" / "config"
    settings = local + (shared.read_text(encoding="utf-8") if shared.is_file() else "")
    if not shared.is_file() or re.search(r"^\s*no_scm\s*=", settings, re.MULTILINE):
        return []
    head = re.search(r"^\[core\][^\n]*\n", local, re.MULTILINE)
    at = head.end() if head else 0
    path.write_text(local[:at] + (own.partition("\n")[2] if head else own) + local[at:], encoding="utf-8")
    return ["the project lies in no git: DVC does without (.dvc/config.local)"]


def is_damaged(path: Path) -> bool:
    """Tell whether the lock file at `path` is there but holds no stages; a missing one is no damage."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if not path.is_file():
        return False
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, ValueError):
        return True
    stages = content.get("stages") if isinstance(content, dict) else None
    return not isinstance(stages, dict) or not all(
        isinstance(stage, dict) and "cmd" in stage for stage in stages.values()
    )


def _half_written(root: Path) -> list[Path]:
    """Return half-written files, and folders of a publication that did not come to its end."""
    folders = (root / "data" / "raw", root / "data" / "processed", root / "data" / "downloads", root / "reports")
    # DVC links a file beside its place under a random name first; where the disk is full that name stays.
    found = [path for folder in folders for kind in ("*.partial", ".*.tmp") for path in folder.rglob(kind)]
    return sorted([*found, *(root / "reports").glob(".*.new"), *(root / "data").glob(".raw.*")])


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError):
        return None


def _running(root: Path) -> bool:
    """Tell whether a process that DVC lists as at work here is alive."""
    path = root / ".dvc" / "tmp" / "rwlock"
    return path.is_file() and any(map(_alive, _pids(_read_json(path))))


def _is_list_of_processes(content: Any) -> bool:
    """Tell whether DVC can read its list: paths under `read` and `write`, each with the processes at it."""
    kinds = {"write": dict, "read": list}
    return isinstance(content, dict) and all(
        isinstance(content.get(mode, {}), dict)
        and all(isinstance(item, kind) for item in content.get(mode, {}).values())
        for mode, kind in kinds.items()
    )


def _pids(content: Any) -> Iterator[int]:
    """Yield the numbers of processes anywhere in a list of any shape."""
    if isinstance(content, dict):
        pid = content.get("pid")
        if isinstance(pid, int) and 0 < pid < 2**31:
            yield pid
    for item in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _pids(item)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
