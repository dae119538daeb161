"""Faults done to a built project on purpose; after each, `make brief`'s two commands must give the same bytes again.

`python -m tests.faults.faults ROOT --rounds 10` does every fault many times to the built project at ROOT (it is changed
and mended; use a copy) and prints the table of docs/faults.md. tests/faults/test_faults.py does each once.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from overtake.pipeline.stages import stages

#: Stages that are killed.
STAGES = tuple(stages())
SAID = "overtake: ", "ERROR: ", "mended: "


class CannotError(Exception):
    """This fault cannot be done on this machine; its text says why."""


@dataclass
class Project:
    """A built project: its root, hashes of what it published and computed, of another brief; seconds a stage takes."""

    root: Path
    good: dict[str, str] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.good = self.good or hashes(self.root)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command of the environment in the root, in a group of processes of its own."""
        return subprocess.Popen(
            command, cwd=self.root, env=environment(self.root), text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and all that it printed."""
        started = self.start(*command)
        said, _ = started.communicate(timeout=1200)
        return started.returncode, said

    def hashes_of_brief(self, of: dict[str, str] | None = None) -> dict[str, str]:
        """Return the hashes of published files, now or among those in `of`."""
        found = hashes(self.root, ("reports",)) if of is None else of
        # What stands aside under a dot is no report.
        return {name: value for name, value in found.items() if re.match(r"reports/[^.]", name)}

    def brief_is_intact(self) -> None:
        """Raise where a published file is not, byte for byte, that of the last good run."""
        now = self.hashes_of_brief()
        lost = [name for name, value in self.hashes_of_brief(self.good).items() if now.get(name) != value]
        assert not lost, f"the last good brief is not intact: {lost[:5]}"

    def recovers(self) -> str:
        """Do what `make brief` does; raise where it fails or the bytes are not those of the good run."""
        code, said = self.run("overtake", "doctor", "--mend")
        assert code == 0, said
        code, more = self.run("dvc", "repro")
        assert code == 0, more[-3000:]
        now = hashes(self.root)
        odd = [name for name in self.good | now if self.good.get(name) != now.get(name)]
        assert not odd, f"not the bytes of the good run: {odd[:5]}"
        return said + more


def environment(root: Path) -> dict[str, str]:
    """Return the environment of a user in `root`: this environment's programs, no path of this checkout."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("OVERTAKE_", "PYTEST"))}
    return {**clean, "PATH": path, "PYTHONPATH": str(root), "OVERTAKE_ROOT": str(root)}


#: Folders of data/processed that hold no output: cells kept of a failed run, finished chunks kept for the next one.
KEPT = {"failed", "chunks"}


def hashes(root: Path, folders: tuple[str, ...] = ("data/raw", "data/processed", "reports")) -> dict[str, str]:
    """Return the hash of every file below `folders` that is an output."""
    files = (path for folder in folders for path in sorted((root / folder).rglob("*")) if path.is_file())
    outputs = ((str(path.relative_to(root)), path) for path in files if not KEPT & set(path.relative_to(root).parts))
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in outputs}


def kill(started: subprocess.Popen[str]) -> None:
    """Kill a command with all that it started."""
    os.killpg(started.pid, signal.SIGKILL)
    started.communicate()


def killed_stage(project: Project, rng: random.Random, stage: str) -> str:
    """Kill DVC and a stage at a random moment of the stage's usual time."""
    usual = project.seconds.get(stage)
    if stage == "brief":  # else the chunks of the last run leave nothing to kill
        shutil.rmtree(project.root / "data/processed/chunks", ignore_errors=True)
    if usual is None:  # how long it takes, once
        begin = time.monotonic()
        code, said = project.run("dvc", "repro", "--single-item", "--force", stage)
        assert code == 0, said[-2000:]
        project.seconds[stage] = time.monotonic() - begin
        return killed_stage(project, rng, stage)
    started = project.start("dvc", "repro", "--single-item", "--force", stage)
    time.sleep(rng.uniform(0.3, 1.0) * usual)
    if started.poll() is not None:
        started.communicate()
        return "it had ended before"
    kill(started)
    return ""


def killed_process(project: Project, rng: random.Random) -> str:
    """Kill only the stage's own process, as the system does when memory runs out; DVC says so."""
    started = project.start("dvc", "repro", "--single-item", "--force", "clean")
    for _ in range(600):
        children = children_of(started.pid, "overtake")
        if children:
            break
        time.sleep(0.05)
    time.sleep(rng.uniform(0.0, 2.0))
    for child in children_of(started.pid, "overtake"):
        os.kill(child, signal.SIGKILL)
    said, _ = started.communicate()
    return "it had ended before" if started.returncode == 0 else said


def children_of(pid: int, named: str) -> list[int]:
    """Return the processes below `pid` whose command holds `named`."""
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
                command = (path.parent / "cmdline").read_text()
            except (OSError, IndexError):
                continue
            if int(fields[1]) == parent:
                waiting.append(int(path.parent.name))
                found += [int(path.parent.name)] if named in command and "dvc" not in command else []
    return found


def removed_file(project: Project, rng: random.Random) -> str:
    """Remove a processed file."""
    path = rng.choice(sorted((project.root / "data/processed").glob("*.parquet")))
    path.unlink()
    return path.name


def truncated_file(project: Project, rng: random.Random) -> str:
    """Cut a processed table short; a reader who does not go through DVC is told what to do."""
    path = rng.choice(sorted((project.root / "data/processed").glob("*.parquet")))
    content = path.read_bytes()
    path.unlink()  # not through a link into the cache
    path.write_bytes(content[: rng.randrange(len(content))])
    return path.name


def truncated_table_read(project: Project, rng: random.Random) -> str:
    """Cut the drawn futures short and ask a command that reads them."""
    path = project.root / "data/processed/futures.parquet"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: rng.randrange(len(content))])
    code, said = project.run("overtake", "balance", "--side", "JPN", "--against", "CHN")
    assert code == 2, said
    assert "dvc repro" in said, said
    assert "Traceback" not in said, said
    return said


def truncated_chunk(project: Project, rng: random.Random) -> str:
    """Cut short a chunk that the sensitivity keeps, and run its stage again: it is evaluated anew."""
    path = rng.choice(sorted((project.root / "data/processed/chunks").rglob("*.parquet")))
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])
    code, said = project.run("dvc", "repro", "--single-item", "--force", "brief")
    assert code == 0, said[-2000:]
    assert path.read_bytes() == content, path
    return said


def broken_lock(project: Project, rng: random.Random) -> str:
    """Cut dvc.lock short, empty it, or put nonsense into it."""
    path = project.root / "dvc.lock"
    content = path.read_bytes()
    path.write_bytes(rng.choice((content[: rng.randrange(1, len(content))], b"", b"\x00" * 99, b"stages: [")))
    return ""


def broken_process_list(project: Project, rng: random.Random) -> str:
    """Cut short DVC's list of running processes, which it writes in place."""
    path = project.root / ".dvc/tmp/rwlock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"write": {"'[: rng.randint(1, 12)])
    return ""


def broken_cache(project: Project, rng: random.Random) -> str:
    """Cut short a table in DVC's cache and remove it from data/processed."""
    name = rng.choice(sorted((project.root / "data/processed").glob("*.parquet")))
    digest = hashlib.md5(name.read_bytes()).hexdigest()
    cached = project.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    assert cached.is_file(), cached
    content = cached.read_bytes()
    cached.unlink()
    cached.write_bytes(content[: len(content) // 2])
    name.unlink()
    return name.name


def two_at_once(project: Project, rng: random.Random) -> str:
    """Start `dvc repro` twice, the second a moment after the first; each ends well or says that it is locked out."""
    (project.root / "data/processed/spending.parquet").unlink()
    shutil.rmtree(project.root / ".dvc/cache/runs", ignore_errors=True)
    first = project.start("dvc", "repro", "clean")
    time.sleep(rng.uniform(0.0, 4.0))
    second = project.start("dvc", "repro", "clean")
    said = [started.communicate()[0] for started in (first, second)]
    for started, text in zip((first, second), said, strict=True):
        assert started.returncode == 0 or "busy" in text or "lock" in text.lower(), text[-1500:]
    return "".join(said)


@contextmanager
def immutable(path: Path) -> Iterator[None]:
    """Make a file or folder unchangeable even for root, by its immutable flag."""
    done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, text=True)
    if done.returncode:
        raise CannotError(f"chattr +i is not possible here: {done.stderr.strip()[:80]}")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)


def read_only_table(project: Project, rng: random.Random) -> str:
    """Make a processed table read-only and run its stage again."""
    path = project.root / "data/processed/rulers.parquet"
    with immutable(path):
        code, said = project.run("dvc", "repro", "--single-item", "--force", "rulers")
        assert code, "a stage whose output is read-only went through"
    assert "rulers.parquet" in said or "permitted" in said, said[-1500:]
    return said


def read_only_brief(project: Project, rng: random.Random) -> str:
    """Make reports/ read-only and publish another brief: refused, nothing changed."""
    with another_label(project, "Changed label"), immutable(project.root / "reports"):
        code, said = project.run("overtake", "run", "brief")
        assert code == 2, said[-1500:]
        assert "reports" in said, said[-1500:]
        assert "next:" in said, said[-1500:]
        assert "Traceback" not in said, said[-1500:]
        project.brief_is_intact()
    return said


def read_only_file(project: Project, rng: random.Random) -> str:
    """Make one published file read-only, publish another brief, mend: whole each time, and what hinders is named."""
    path = rng.choice([path for path in sorted((project.root / "reports/brief").rglob("*")) if path.is_file()])
    try:
        with another_label(project, "Changed label"), immutable(path):
            code, said = project.run("overtake", "run", "brief")
            assert code == 0, said[-1500:]
            code, said = project.run("overtake", "doctor", "--mend")
            assert code == 2, said
            assert path.name in said, said
            assert "chattr" in said, said
            whole = project.hashes_of_brief()
            assert whole != project.hashes_of_brief(project.good), "the new brief is not there"
            project.other = project.other or whole
            assert whole == project.other, "the brief is of two runs"
    finally:
        left = project.root / "reports/.brief.old" / path.relative_to(project.root / "reports/brief")
        if left.is_file():
            subprocess.run(["chattr", "-i", str(left)], check=True)
    project.recovers()
    return said


def killed_publication(project: Project, rng: random.Random) -> str:
    """Kill the publishing of another brief near its last moment: after `--mend` it is the old or the new one, whole."""
    if not project.other:
        with another_label(project, "Changed label"):
            code, said = project.run("overtake", "run", "brief")
            assert code == 0, said[-1500:]
            project.other = project.hashes_of_brief()
        project.recovers()
    with another_label(project, "Changed label"):
        started = project.start("overtake", "run", "brief")
        last = project.root / "reports/.brief.new/ro-crate-metadata.json"
        while started.poll() is None and not last.is_file():
            time.sleep(0.0005)
        time.sleep(rng.uniform(0.0, 0.03))
        ended = started.poll() is not None
        kill(started) if not ended else started.communicate()
    code, said = project.run("overtake", "doctor", "--mend")
    assert code == 0, said
    now = project.hashes_of_brief()
    old = project.hashes_of_brief(project.good)
    for name in ("annex", "brief"):
        whole, was, other = ({key: value for key, value in each.items() if key.startswith(f"reports/{name}/")}
                             for each in (now, old, project.other))  # fmt: skip
        assert whole in (was, other), f"{name} is of two runs"
    project.recovers()
    return "it had ended before" if ended else "old" if now == old else "new"


@contextmanager
def another_label(project: Project, label: str) -> Iterator[None]:
    """Give the first balance of params.yaml another label for a while, and `validate` it: a stage asks for that."""
    path = project.root / "params.yaml"
    content = path.read_text(encoding="utf-8")
    lines = content.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("    label:"))
    lines[at] = f"    label: {label}"

    def put(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        code, said = project.run("overtake", "validate")
        assert code == 0, said[-1500:]

    put("\n".join(lines))
    try:
        yield
    finally:
        put(content)


def full_disk(project: Project, rng: random.Random) -> str:
    """Run a stage in a project on a disk that has only a little room, then make room."""
    place = project.root.parent / f"{project.root.name}_small"
    place.mkdir(exist_ok=True)
    size = sum(path.stat().st_size for path in project.root.rglob("*") if path.is_file())
    blocks = int(size * 1.08) + 6_000_000
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={blocks}", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        raise CannotError("a tmpfs cannot be mounted here")
    try:
        root = place / "project"
        shutil.copytree(project.root, root, symlinks=True)
        small = Project(root, project.good)
        shutil.rmtree(root / ".dvc/cache/runs", ignore_errors=True)
        small.run("dvc", "status")  # DVC's own notes on the copied files
        room = shutil.disk_usage(place).free - rng.randint(0, 12_000)
        (place / "filler").write_bytes(b"\0" * max(room, 0))
        stage = rng.choice(("clean", "rulers", "balances", "brief"))
        code, said = small.run("dvc", "repro", "--force", "--single-item", stage)
        assert code, "a full disk went unnoticed"
        if "No space left" not in said:  # DVC met it first, and its words are of locks and links
            code, told = small.run("overtake", "doctor")
            assert code == 2, told
            assert "make room" in told, said[-1500:] + told
        small.brief_is_intact()
        (place / "filler").unlink()
        subprocess.run(["mount", "-o", f"remount,size={blocks * 3}", str(place)], check=True)
        small.recovers()
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
    return said


#: `EXT4_IOC_SHUTDOWN`, and its way that writes out nothing more, not even the journal: as xfstests cut the power.
SHUTDOWN, NOTHING_MORE = 0x8004587D, 2


def power_cut(project: Project, rng: random.Random) -> str:
    """Cut the power of a disk while all stages run: what no one had synced is gone, the journal is replayed."""
    place, image = (project.root.parent / f"{project.root.name}_{what}" for what in ("disk", "disk.img"))
    place.mkdir(exist_ok=True)
    with image.open("wb") as file:
        file.truncate(2**30)

    def mount() -> None:
        subprocess.run(["mount", "-o", "loop", str(image), str(place)], capture_output=True, check=True)

    try:
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0", str(image)], capture_output=True, check=True)
        mount()
    except (OSError, subprocess.CalledProcessError) as error:
        image.unlink()
        raise CannotError(f"no disk of its own can be made here: {error}") from error
    try:
        disk = Project(Path(shutil.copytree(project.root, place / "project", symlinks=True)), project.good)
        if not project.seconds.get("all"):
            begin = time.monotonic()
            code, said = disk.run("dvc", "repro", "--force")
            assert code == 0, said[-2000:]
            project.seconds["all"] = time.monotonic() - begin
        os.sync()
        started = disk.start("dvc", "repro", "--force")
        time.sleep(rng.uniform(0.05, 1.0) * project.seconds["all"])
        at = os.open(place, os.O_RDONLY)
        fcntl.ioctl(at, SHUTDOWN, NOTHING_MORE.to_bytes(4, sys.byteorder))
        os.close(at)
        ended = started.poll() is not None
        kill(started) if not ended else started.communicate()
        subprocess.run(["umount", str(place)], check=True)
        mount()
        disk.brief_is_intact()
        said = disk.recovers()
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        image.unlink()
    return "it had ended before" if ended else said


def killed_ingest(project: Project, rng: random.Random) -> str:
    """Kill an ingest of a workbook at a random moment: the tables are the old ones or, after mending, the new ones."""
    raw = project.root / "data/raw"
    before = hashes(project.root, ("data/raw",))
    copy = {path.name: path.read_bytes() for path in raw.iterdir()}
    book = workbook(project.root.parent)
    started = project.start("overtake", "ingest", "sipri", str(book))
    time.sleep(rng.uniform(0.3, 2.0))
    finished = started.poll() is not None
    kill(started) if not finished else started.communicate()
    code, said = project.run("overtake", "doctor", "--mend")
    assert code == 0, said
    code, more = project.run("overtake", "validate")
    assert code == 0, more
    changed = hashes(project.root, ("data/raw",)) != before
    for name, content in copy.items():  # back to the good figures
        (raw / name).write_bytes(content)
    for report in (project.root / "reports").glob("edition-*"):  # of an ingest that was carried through
        shutil.rmtree(report)
    return ("it had ended before" if finished else "") + (" carried through" if changed else " as before")


def workbook(folder: Path) -> Path:
    """Return a sound workbook with every economy of the project."""
    unit = str(Path(__file__).parents[1] / "unit")
    if unit not in sys.path:
        sys.path.insert(0, unit)
    from test_figures_raw import whole
    from workbook_case import build, saved

    return saved(folder, whole(build()))


def interrupted_download(project: Project, rng: random.Random) -> str:
    """End a download by SIGINT, SIGTERM or SIGKILL; nothing partial stays but after the last, and mending clears it."""

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5000000")
            self.end_headers()
            try:
                self.wfile.write(b"PK\x03\x04" + bytes(100_000))
                for _ in range(200):
                    time.sleep(0.05)
                    self.wfile.write(bytes(1000))
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    Thread(target=server.serve_forever, daemon=True).start()
    downloads = project.root / "data/downloads"
    how = rng.choice((signal.SIGINT, signal.SIGTERM, signal.SIGKILL))
    started = project.start("overtake", "fetch", "sipri", "--url", f"http://127.0.0.1:{server.server_port}/book.xlsx")
    try:
        for _ in range(200):
            if list(downloads.glob("*.partial")):
                break
            time.sleep(0.05)
        time.sleep(rng.uniform(0.0, 0.5))
        os.kill(started.pid, how)
        started.communicate()
    finally:
        server.shutdown()
        server.server_close()
    left = [path.name for path in downloads.glob("*")] if downloads.is_dir() else []
    assert left == ([] if how != signal.SIGKILL else ["book.xlsx.partial"]), left
    project.run("overtake", "doctor", "--mend")
    assert not list(downloads.glob("*"))
    return how.name


Fault = Callable[[Project, random.Random], str]


def of_stage(stage: str) -> Fault:
    """Return the fault of killing `stage`."""
    return lambda project, rng: killed_stage(project, rng, stage)


FAULTS: dict[str, Fault] = {
    **{f"SIGKILL of DVC and stage {stage}": of_stage(stage) for stage in STAGES},
    "SIGKILL of a stage's process alone": killed_process,
    "a processed table removed": removed_file,
    "a processed table truncated": truncated_file,
    "futures.parquet truncated, then read by a command": truncated_table_read,
    "a table truncated in DVC's cache and removed": broken_cache,
    "a kept chunk of the sensitivity truncated": truncated_chunk,
    "dvc.lock truncated, emptied or overwritten": broken_lock,
    "DVC's list of processes truncated": broken_process_list,
    "two `dvc repro` at once": two_at_once,
    "a processed table read-only": read_only_table,
    "SIGKILL while a brief is put in place": killed_publication,
    "reports/ read-only": read_only_brief,
    "a published file read-only": read_only_file,
    "disk full, then room made": full_disk,
    "the power cut": power_cut,
    "SIGKILL of an ingest": killed_ingest,
    "a download interrupted": interrupted_download,
}


def main() -> int:
    """Do every fault `--rounds` times, print a row for each; return 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="a regular expression that the fault's name holds")
    asked = parser.parse_args()
    project = Project(asked.root.resolve())
    bad = 0
    print("| fault | done | brief intact | recovered | lost |\n|---|---|---|---|---|")
    for name, fault in FAULTS.items():
        if not re.search(asked.only, name):
            continue
        counts = {"done": 0, "intact": 0, "recovered": 0}
        for number in range(asked.rounds):
            try:
                said = fault(project, random.Random(f"{name} {number}"))
                counts["done"] += "ended before" not in said
                project.brief_is_intact()
                counts["intact"] += 1
                project.recovers()
                counts["recovered"] += 1
            except CannotError as reason:
                print(f"| {name} | cannot be done here: {reason} | | | |")
                break
            except AssertionError as error:
                print(f"{name}, round {number}: {str(error)[-1500:]}", file=sys.stderr, flush=True)
        lost = asked.rounds - counts["recovered"]
        bad += lost
        print(f"| {name} | {counts['done']} | {counts['intact']} | {counts['recovered']} | {lost} |", flush=True)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
