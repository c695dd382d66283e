"""Run every notebook of a folder from top to bottom: ``python tests/run_notebooks.py FOLDER [--write]``.

Each one runs in an empty folder of its own. One line per notebook says how it went; ``--write`` stores what the
cells put out. The exit code is 1 when a cell fails.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

__all__ = ["main", "run"]

LONGEST = 300  # seconds, of a cell and of a kernel's start; one on an idle machine


def run(path: Path) -> Any:
    """Run a notebook and return it with its outputs.

    :param path: The notebook; it is not changed.
    :raises nbclient.exceptions.CellExecutionError: When a cell fails.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        about = {"metadata": {"path": folder}}
        client = NotebookClient(notebook, timeout=LONGEST, startup_timeout=LONGEST, resources=about)
        # ipykernel 7 warns on stderr that a kernel on 127.0.0.1 is not encrypted.
        client.extra_arguments = ["--log-level=ERROR"]
        client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs: list[Any]) -> list[Any]:
    """Return outputs with text that came in pieces put together: where it is cut differs from run to run."""
    kept: list[Any] = []
    for one in outputs:
        if kept and one.output_type == kept[-1].output_type == "stream" and one.name == kept[-1].name:
            kept[-1].text += one.text
        else:
            kept.append(one)
    return kept


def write(path: Path, notebook: Any) -> None:
    """Store a notebook, without what differs from run to run."""
    import nbformat

    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(notebook, path)


def main(arguments: list[str]) -> int:
    """Run the notebooks and return the exit code."""
    parser = argparse.ArgumentParser(description="Run every notebook of a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="store what the cells put out")
    asked = parser.parse_args(arguments)
    paths = sorted(asked.folder.glob("*.ipynb"))
    if not paths:
        print(f"there is no notebook in {str(asked.folder)!r}")
        return 1
    return 1 if not all([passes(path, asked.write) for path in paths]) else 0


def passes(path: Path, store: bool) -> bool:
    """Run one notebook, say how it went, and return whether it passed."""
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    began = time.monotonic()
    try:
        notebook = run(path)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"{path}: FAILED after {time.monotonic() - began:.1f} s\n{error}")
        return False
    if store:
        write(path, notebook)
    print(f"{path}: passed in {time.monotonic() - began:.1f} s")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
