"""The scripts of README's "Watch your own training", run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from core.training.store import FOLDER_VARIABLE, RunStore


@pytest.mark.parametrize(
    ("script", "name", "probe"),
    [
        ("keras_script.py", "my run", "very dull plot"),
        ("torch_script.py", "my loop", "not a good film"),
    ],
)
def test_the_script_leaves_a_run_with_its_film(root, tmp_path, script, name, probe):
    section = (
        (root / "README.md").read_text(encoding="utf-8").split("## Watch your own training")[1]
    )
    [code] = re.findall(rf"```python\n(# {script}\n.*?)```", section, flags=re.DOTALL)
    file = tmp_path / script
    file.write_text(code, encoding="utf-8")
    environment = os.environ | {
        FOLDER_VARIABLE: str(tmp_path / "runs"), "PYTHONPATH": str(root),
        "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "error::UserWarning",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(file)], cwd=tmp_path, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "UserWarning" not in done.stderr
    [run] = RunStore(tmp_path / "runs").runs()
    assert (run.label.name, run.status.state, run.status.epoch) == (name, "finished", 3)
    assert run.model_epochs == (0, 1, 2, 3)
    place = run.config.probes.index(probe)
    film, model = run.film(place, 3), run.model(3)
    assert [model.vocabulary.token_of(each) for each in film.inputs[0]] == [
        word if word in model.vocabulary else "<unk>" for word in probe.split()
    ]
    assert 0 < film.outputs.min() <= film.outputs.max() < 1
    assert len(run.batches) >= 3 * 7
