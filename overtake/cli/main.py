"""The command line `overtake ...`: thin; each room registers its own commands and imports what it needs when called."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from overtake.errors import OvertakeError

#: Rooms with commands of their own: each module has `register(subparsers)`.
ROOMS = (
    "overtake.cli.figures_commands",
    "overtake.cli.futures",
    "overtake.cli.skill",
    "overtake.cli.balance",
    "overtake.cli.scenarios",
    "overtake.cli.sensitivity",
    "overtake.cli.report",
    "overtake.cli.pipeline",
    "overtake.cli.doctor",
)

EXAMPLES = """examples:
  overtake ingest sipri data/downloads/SIPRI-Milex-data-1949-2025_v1.2.xlsx
  overtake validate
  overtake run balances
  overtake balance --side JPN,KOR,AUS:0.5 --against CHN
  overtake scenarios
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser with the commands of every room."""
    top = argparse.ArgumentParser(
        prog="overtake",
        description="When does China's military expenditure overtake the region's?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in ROOMS:
        importlib.import_module(room).register(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after one clear error on standard error."""
    arguments = parser().parse_args(argv)
    try:
        with _polite_end():
            return int(arguments.func(arguments) or 0)
    except OvertakeError as error:
        print(f"overtake: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"overtake: {_of_system(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("overtake: interrupted; nothing was overwritten, run the same command again", file=sys.stderr)
        return 130


@contextmanager
def _polite_end() -> Iterator[None]:
    """Let SIGTERM raise SystemExit while a command runs, so that `finally` clears away what is half written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _of_system(error: OSError) -> OvertakeError:
    """Return what the system refused (a full disk, a missing right) in the one voice of refusal."""
    place = str(error.filename2 or error.filename or "the system")
    steps = {
        errno.ENOSPC: "make room on the disk, then run the same command again",
        errno.EDQUOT: "make room in your quota, then run the same command again",
        **dict.fromkeys(
            (errno.EACCES, errno.EPERM, errno.EROFS),
            "allow that it is read or written (owner, chmod, chattr -i), then run the same command again",
        ),
    }
    return OvertakeError(place, error.strerror or str(error), next_step=steps.get(error.errno or 0))


if __name__ == "__main__":
    sys.exit(main())
