"""A papermill engine that runs a notebook in this process: no kernel to start, no port to open, no import twice.

A stage is a process of its own already (DVC starts it), so a second process for the kernel would only cost time.
The notebook stays an ordinary one, and its cells get the outputs that a kernel would give them: what is printed, in
order, what is displayed, the last value as `execute_result`, figures as pictures, execution counts.
"""

from __future__ import annotations

import base64
import builtins
import io
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets import Type
from traitlets.config import Config

from overtake.errors import ENDED

NAME = "overtake"
#: What a kernel tells matplotlib, so that a figure that is still open when its cell ends is shown below it.
INLINE = "module://matplotlib_inline.backend_inline"


class _Hook(DisplayHook):
    """Give the last value of a cell as `execute_result`."""

    shell: Any

    def start_displayhook(self) -> None:
        """Print nothing before the value."""

    def write_output_prompt(self) -> None:
        """Print no prompt: the output carries the execution count."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Append the value in every form that it has."""
        self.shell.cell_outputs.append(
            new_output("execute_result", _json(format_dict), metadata=md_dict or {}, execution_count=self.prompt_count)
        )

    def finish_displayhook(self) -> None:
        """Print nothing after the value."""

    def flush(self) -> None:
        """Search for no garbage where a notebook ends: its process ends too."""


class _Publisher(DisplayPublisher):
    """Give what is displayed as `display_data`; an update replaces what has the same id, as a front end would."""

    def publish(self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, update: bool = False,
                **__: Any) -> None:  # fmt: skip
        """Append `data`, or put it in the place of what was displayed under its id."""
        shown, identity = self.shell.shown, (transient or {}).get("display_id")
        if update:
            for output in shown.get(identity, ()):
                output.update(data=_json(data), metadata=metadata or {})
            return
        output = new_output("display_data", _json(data), metadata=metadata or {})
        if identity:
            shown.setdefault(identity, []).append(output)
        self.shell.cell_outputs.append(output)

    def clear_output(self, wait: bool = False) -> None:
        """Drop what the cell has given so far."""
        self.shell.cell_outputs.clear()


class _Shell(InteractiveShell):
    """A shell that collects what a cell gives, and keeps tracebacks for the notebook instead of printing them."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.cell_outputs: list[Any] = []
        self.shown: dict[str, list[Any]] = {}
        super().__init__(*arguments, **named)

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Print nothing: the engine turns the exception into an output."""

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Print nothing: the engine turns the exception into an output."""


class _Stream(io.TextIOBase):
    """Append what is written to the outputs of a cell, one output for what is written without a break."""

    def __init__(self, name: str, outputs: list[Any]) -> None:
        self.name, self.outputs = name, outputs

    def writable(self) -> bool:
        """Tell that text may be written."""
        return True

    def write(self, text: str) -> int:
        """Append `text`; return its length."""
        last = self.outputs[-1] if self.outputs else {}
        if text and last.get("output_type") == "stream" and last["name"] == self.name:
            last["text"] += text
        elif text:
            self.outputs.append(new_output("stream", name=self.name, text=text))
        return len(text)


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
                cell.execution_count = shell.execution_count
                cell.outputs, error = _run(shell, cell.source, execution_timeout)
                if error is not None:
                    cell.outputs.append(_error_output(shell, error))
                    nb_man.cell_exception(cell, index, exception=error)
                    if isinstance(error, TimeoutError | KeyboardInterrupt) or _is_end(error):
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
    before = {name: os.environ.get(name) for name in ("IPYTHONDIR", "MPLBACKEND")}
    path, ask = list(sys.path), builtins.input
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(IPYTHONDIR=home, MPLBACKEND=INLINE)
        if sys.path[0] != os.getcwd():  # noqa: PTH109 - sys.path holds text
            sys.path.insert(0, os.getcwd())  # noqa: PTH109
        builtins.input = _refuse
        try:
            yield _Shell.instance(config=Config(HistoryManager={"enabled": False}))
        finally:
            _Shell.clear_instance()
            sys.path[:], builtins.input = path, ask
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _refuse(prompt: object = "", /) -> str:
    """Refuse to ask, in a kernel's words: nobody is there to answer."""
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _run(shell: _Shell, source: str, timeout: int | None) -> tuple[list[Any], BaseException | None]:
    """Run one cell; return its outputs in notebook form and the exception that ended it, if one did."""
    outputs = shell.cell_outputs = []
    with redirect_stdout(_Stream("stdout", outputs)), redirect_stderr(_Stream("stderr", outputs)), _alarm(timeout):
        result = shell.run_cell(source, store_history=True)
    return outputs, result.error_before_exec or result.error_in_exec


def _is_end(error: BaseException) -> bool:
    """Tell whether this process was asked to end (SIGTERM): that is no fault of the cell that was at work."""
    return isinstance(error, SystemExit) and error.code == ENDED


def _json(data: dict[str, Any]) -> dict[str, Any]:
    """Return what can be shown of `data`, pictures of bytes as base64, as a kernel sends them."""
    return {
        kind: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for kind, value in data.items()
        if value is not None
    }


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
