"""Histories that Weights & Biases exported, number for number."""

from __future__ import annotations

import pandas as pd
import pytest

from core.training.logs.errors import NotALog
from core.training.logs.importing import import_files
from core.training.store import RunStore


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def read(store, text, name="export.csv"):
    return import_files({name: text.encode()}, store=store, name="mine")


def test_a_history_of_its_keras_callback(store):
    """`WandbMetricsLogger(log_freq="batch")`: rows of batches and of epochs, epochs from 0."""
    text = """,_step,_timestamp,_runtime,batch/loss,batch/batch_step,epoch/loss,epoch/val_loss,\
epoch/accuracy,epoch/val_accuracy,epoch/learning_rate,epoch/epoch,system/cpu
0,0,1700000000.5,1.0,0.9,0,,,,,,,11
1,1,1700000001.5,2.0,0.8,1,,,,,,,
2,2,1700000002.5,3.0,,,0.85,0.7,0.5,0.625,0.001,0,
3,3,1700000003.5,4.0,0.6,2,,,,,,,
4,4,1700000004.5,5.0,,,0.65,NaN,0.75,0.875,0.0005,1,
"""
    [run] = read(store, text)
    epochs = run.epochs
    assert epochs["epoch"].tolist() == [1, 2]
    assert epochs["loss"].tolist() == [0.85, 0.65]
    assert epochs["validation_loss"].tolist()[0] == 0.7
    assert pd.isna(epochs["validation_loss"].tolist()[1])
    assert epochs["metric"].tolist() == [0.5, 0.75]
    assert epochs["validation_metric"].tolist() == [0.625, 0.875]
    assert epochs["learning_rate"].tolist() == [0.001, 0.0005]
    assert run.brought.metric == "accuracy"
    assert run.status.best_epoch == 1
    assert run.status.seconds == 2.0
    assert not [name for name in epochs if "batch" in name or "system" in name or "_t" in name]


def test_a_loop_that_logs_train_and_validation_apart(store):
    """`wandb.log({"train/loss": …, "epoch": …})`, a row each; one of two losses counts."""
    text = """_step,epoch,loss,train/loss,val_loss
0,1,9,0.5,
1,1,,,0.25
2,2,8,0.375,
3,2,,,0.3125
"""
    [run] = read(store, text)
    epochs = run.epochs
    assert epochs["epoch"].tolist() == [1, 2]
    assert epochs["loss"].tolist() == [0.5, 0.375]
    assert epochs["validation_loss"].tolist() == [0.25, 0.3125]
    assert run.status.best_epoch == 1


def test_parts_of_epochs_are_in_the_epoch_that_they_are_of(store):
    """As Hugging Face's trainer counts: 0.5 is in the middle of the first."""
    text = """train/global_step,train/epoch,train/loss,eval/loss
10,0.5,4,
20,1.0,3,
20,1.0,,2
30,1.5,1,
"""
    [run] = read(store, text)
    assert run.epochs["epoch"].tolist() == [1, 2]
    assert run.epochs["loss"].tolist() == [3.0, 1.0]
    assert run.epochs["validation_loss"].tolist()[0] == 2.0


def test_steps_are_the_axis_where_nothing_counts_epochs(store):
    text = "Step,train/loss,val_loss\n100,0.5,0.75\n200,0.25,\n"
    [run] = read(store, text)
    assert run.epochs["epoch"].tolist() == [100, 200]
    assert run.epochs["loss"].tolist() == [0.5, 0.25]
    [begun] = read(store, "Step,loss\n0,0.5\n1,0.25\n")
    assert begun.epochs["epoch"].tolist() == [1, 2]


def test_a_chart_of_several_runs_is_several(store):
    text = """"Step","calm-sea-1 - loss","calm-sea-1 - loss__MIN","calm-sea-1 - loss__MAX",\
"dry-wood-2 - loss","dry-wood-2 - loss__MIN","dry-wood-2 - loss__MAX"
"0","0.5","0.1","0.9","","",""
"1","0.25","0.1","0.9","0.75","0.7","0.8"
"""
    runs = read(store, text)
    assert [run.label.name for run in runs] == ["mine/calm-sea-1", "mine/dry-wood-2"]
    assert runs[0].epochs["loss"].tolist() == [0.5, 0.25]
    assert runs[1].epochs[["epoch", "loss"]].to_numpy().tolist() == [[2, 0.75]]
    assert set(runs[0].epochs) == {"epoch", "loss"}


@pytest.mark.parametrize(
    "text", ["Step,loss\n", "Step,loss\nx,1\n", "Step,loss\n1,\n", "Step\n1\n"]
)
def test_a_history_of_nothing_is_a_sentence(store, text):
    with pytest.raises(NotALog, match="no row of it has a number at a step"):
        read(store, text)
    assert store.runs() == []
