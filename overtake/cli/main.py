"""The command line `overtake ...`: thin; each room registers its own commands and imports what it needs when called."""

from __future__ import annotations

import argparse
import atexit
import errno
import gc
import importlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from overtake import __version__, paths
from overtake.errors import ENDED, OvertakeError

#: Rooms with commands of their own: each module has `register(subparsers)`.
ROOMS = (
    "overtake.cli.figures_commands",
    "overtake.cli.validate",
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
    top.add_argument("--version", action="version", version=f"overtake {__version__}")
    top.add_argument(
        "--print-completion", action=_Completion, metavar="SHELL", help="print the completion of bash or zsh, and end"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in ROOMS:
        importlib.import_module(room).register(commands)
    return top


class _Completion(argparse.Action):
    """`--print-completion bash|zsh`: what a shell needs to complete commands and options."""

    def __call__(self, top: argparse.ArgumentParser, _: object, value: object, __: object = None) -> None:
        """Print the completion for the shell `value` and end."""
        if value not in ("bash", "zsh"):
            top.error(f"--print-completion: no shell {value!s:.40}; allowed: bash, zsh")
        try:
            import shtab
        except ModuleNotFoundError as error:
            top.exit(2, f"overtake: {_outside(error)}\n")
        print(shtab.complete(top, shell=str(value)))
        top.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after one clear error on standard error.

    Called as a command (`argv` None) it acts on the checkout that the working directory lies in, or refuses.
    """
    if argv is None:
        _look_less_for_garbage()
        _keep_what_is_freed()
    arguments = parser().parse_args(argv)
    try:
        if argv is None:
            _stand_in_checkout()
            _without_what_nobody_asks_for()
        with _polite_end():
            return int(arguments.func(arguments) or 0)
    except OvertakeError as error:
        print(f"overtake: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if not error.name or error.name.split(".")[0] == "overtake":
            raise
        print(f"overtake: {_outside(error)}", file=sys.stderr)
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
    except SystemExit as error:
        if error.code == ENDED:
            print("overtake: asked to end (SIGTERM); nothing was overwritten, run it again", file=sys.stderr)
        raise


def _look_less_for_garbage() -> None:
    """Let Python look through its objects more seldom, and not at all at the end: a tenth of a stage, and 0.4 s.

    Nearly all of them are the libraries' own, which stay until the system takes the memory back.
    """
    gc.set_threshold(20_000, 20, 50)
    atexit.register(gc.freeze)


def _keep_what_is_freed() -> None:
    """Let the C library keep the memory of arrays for the next ones: a page given anew is cleared first.

    Half of a stage's page faults, and a twentieth of its time, where it makes many arrays of a few megabytes.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with suppress(OSError, AttributeError):  # another C library than GNU's
        allow = ctypes.CDLL(None).mallopt
        allow(-3, 2**25)  # M_MMAP_THRESHOLD: larger arrays are the system's alone
        allow(-1, 2**26)  # M_TRIM_THRESHOLD


def _outside(error: ModuleNotFoundError) -> str:
    """Return the line that says how to come into the environment that has what is missing."""
    return (
        f"no package {error.name} in this Python; `. .venv/bin/activate`, or `make brief` where there is no .venv yet"
    )


def _stand_in_checkout() -> None:
    """Refuse outside of a checkout; in another checkout than that of this code, go on with the code of that one."""
    if "OVERTAKE_ROOT" in os.environ:
        return
    try:
        found = paths.checkout(Path.cwd())
    except OSError:
        found = None
    if found is None:
        here = os.environ.get("PWD", "the working directory")
        raise OvertakeError(here, "is in no checkout of Overtake; cd into one, then run the same command again")
    if (found / "overtake" / "paths.py").samefile(paths.__file__):
        return
    # The figures, parameters and code of a checkout belong together, as for `dvc repro`, which runs them from there.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(found), os.environ.get("PYTHONPATH"))))
    os.execv(sys.executable, [sys.executable, "-P", "-m", "overtake", *sys.argv[1:]])


def _without_what_nobody_asks_for() -> None:
    """Keep jsonschema from building the grammar of IRIs, a second a process, and matplotlib from loading 3D axes.

    jsonschema knows durations by a library of dates, which nobody here writes either.
    """
    warnings.filterwarnings("ignore", "Unable to import Axes3D")
    for name in ("rfc3987_syntax", "isoduration", "mpl_toolkits.mplot3d"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


@contextmanager
def _polite_end() -> Iterator[None]:
    """Let SIGTERM raise SystemExit while a command runs, so that `finally` clears away what is half written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))
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
