"""A papermill engine that runs a notebook in this process: no kernel to start, no port to open, no import twice.

A stage is a process of its own already (DVC starts it), so a second process for the kernel would only cost time.
The notebook stays an ordinary one: Jupyter runs the same cells with the same outputs.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

NAME = "overtake"


class _Shell(InteractiveShell):
    """A shell that keeps tracebacks for the notebook instead of printing them."""

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Print nothing: the engine turns the exception into an output."""

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Print nothing: the engine turns the exception into an output."""


class InProcessEngine(Engine):  # type: ignore[misc]
    """Execute the cells in an IPython shell of this process; stop at the first error, as a kernel would."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, execution_timeout: int | None = None, **_: Any
    ) -> None:
        """Run every code cell of `nb_man.nb`; `execution_timeout` in seconds a cell, enforced where SIGALRM exists."""
        # A save before and after every cell would write the growing notebook over and over: it is saved when it ends.
        target, nb_man.output_path = nb_man.output_path, None
        try:
            cls._run_cells(nb_man, execution_timeout)
        finally:
            nb_man.output_path = target

    @staticmethod
    def _run_cells(nb_man: Any, execution_timeout: int | None) -> None:
        with _shell() as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code":
                    continue
                nb_man.cell_start(cell, index)
                cell.outputs, error = _run(shell, cell.source, execution_timeout)
                cell.execution_count = shell.execution_count - 1
                if error is not None:
                    cell.outputs.append(_error_output(shell, error))
                    nb_man.cell_exception(cell, index, exception=error)
                    if isinstance(error, TimeoutError | KeyboardInterrupt):
                        raise error
                    return
                nb_man.cell_complete(cell, index)


def register() -> str:
    """Make the engine known to papermill and return its name."""
    papermill_engines.register(NAME, InProcessEngine)
    return NAME


@contextmanager
def _shell() -> Iterator[_Shell]:
    """Yield a fresh shell without history or profile, in which the working directory can be imported from."""
    _Shell.clear_instance()
    before, path = os.environ.get("IPYTHONDIR"), list(sys.path)
    with tempfile.TemporaryDirectory() as home:
        os.environ["IPYTHONDIR"] = home
        if sys.path[0] != os.getcwd():  # noqa: PTH109 - sys.path holds text
            sys.path.insert(0, os.getcwd())  # noqa: PTH109
        try:
            yield _Shell.instance(config=Config(HistoryManager={"enabled": False}))
        finally:
            _Shell.clear_instance()
            sys.path[:] = path
            if before is None:
                del os.environ["IPYTHONDIR"]
            else:
                os.environ["IPYTHONDIR"] = before


def _run(shell: _Shell, source: str, timeout: int | None) -> tuple[list[Any], BaseException | None]:
    """Run one cell; return its outputs in notebook form and the exception that ended it, if one did."""
    with capture_output() as captured, _alarm(timeout):
        result = shell.run_cell(source, store_history=True)
    outputs = [
        new_output("stream", name=name, text=text)
        for name, text in (("stdout", captured.stdout), ("stderr", captured.stderr))
        if text
    ]
    outputs += [new_output("display_data", data=rich.data, metadata={}) for rich in captured.outputs]
    return outputs, result.error_before_exec or result.error_in_exec


def _error_output(shell: _Shell, error: BaseException) -> Any:
    lines = shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
    return new_output("error", ename=type(error).__name__, evalue=str(error), traceback=lines)


@contextmanager
def _alarm(seconds: int | None) -> Iterator[None]:
    """Raise TimeoutError in the running cell after `seconds`."""
    if not seconds or not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: Any) -> None:
        raise TimeoutError(f"a cell ran longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
