"""The example notebooks run from top to bottom, with neither Streamlit nor TensorFlow."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LAST = """import sys
print(sorted({"streamlit", "tensorflow", "keras"} & set(sys.modules)))"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path: Path):
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "kept without outputs"
    notebook.cells.append(nbformat.v4.new_code_cell(LAST))
    folder = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=folder).execute()
    assert notebook.cells[-1].outputs[0]["text"] == "[]\n"
    drawn = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "application/vnd.plotly.v1+json" in output.get("data", {})
    ]
    assert len(drawn) >= 2


def test_there_are_notebooks_and_the_readme_names_them():
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert NOTEBOOKS
    assert [path.name for path in NOTEBOOKS if f"(notebooks/{path.name})" not in readme] == []
