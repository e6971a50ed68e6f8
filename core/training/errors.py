"""What can go wrong with a run, each as a sentence with its facts."""

from __future__ import annotations

from core.errors import CoreError

RUNS_VARIABLE = "RNN_RUNS_DIR"
"""The environment variable that names the folder of runs."""


class WrongSetting(CoreError):
    """A setting of a run has a value that cannot be used."""

    message = "The setting '{setting}' is {found}; it has to be {expected}."


class UnknownSetting(CoreError):
    """A configuration names a setting that does not exist."""

    message = "There is no setting '{setting}'. Known here: {known}."


class UnnamedReader(CoreError):
    """A server for several people was not told who reads."""

    message = (
        "This server keeps its readers apart by the header {header}, and the request had none. "
        "Open the page by the address of the proxy that asks for your name; if this is that "
        "address, the proxy has to set the header."
    )


class NoSuchRun(CoreError):
    """A run is asked for that is not in the folder of runs."""

    message = "There is no run '{run}' here. It may have been deleted or moved."


class NoSuchModel(CoreError):
    """A model is asked for that is not on the shelf, nor in this session."""

    message = (
        "There is no model '{model}' here. It may have been deleted, or uploaded in another window."
    )


class BrokenRun(CoreError):
    """A file of a run cannot be read."""

    message = "The file {file} of this run cannot be read: {why}. What else it holds is shown."


class CurvesOnly(BrokenRun):
    """Something is asked of a run of which nothing but its curves is known."""

    message = (
        "Only the curves of this run are known: no model of it was written, so nothing can read "
        "with it."
    )


class NotTrainedHere(CoreError):
    """A run that a script trains, or that was read from a log, was to be started."""

    message = (
        "The run '{run}' was not trained here, so it cannot be started or resumed from here. "
        "Start the script that wrote it again."
    )


class WatchEnded(CoreError):
    """What a script's training writes could not be written."""

    message = "Nothing more is written of the run '{run}': {why} Training goes on."


class NotPictured(CoreError):
    """The network of a watched training is none that can be run here."""

    message = "Of this training only the curves are watched; its gates are not pictured: {why}"


class ProbeNotRead(CoreError):
    """A probe text cannot be read by the model of a watched training."""

    message = "Probe text {probe} is not filmed: {why}"


class ExamplesNotRead(CoreError):
    """The validation examples that a script gave cannot be looked at."""

    message = "The validation examples are not looked at: {why}"


class AnswersNotFit(CoreError):
    """A script gave names to another number of answers than its model has."""

    message = "The answers keep their numbers: {found} names were given, and the model has {own}."


class SnapshotLost(CoreError):
    """The model of an epoch could not be kept."""

    message = "The model after epoch {epoch} is not kept: {why}"


class ScriptStopped(CoreError):
    """A script that was watched ended in an error."""

    message = "The script stopped with {kind}: {words}"


class NamelessRun(CoreError):
    """A training is to be watched under no name."""

    message = "A watched run needs a name; it was given {found}."


class RunIsAnExample(CoreError):
    """A run that ships with the project was to be changed."""

    message = (
        "The run '{run}' is an example that ships with the project: it can be looked at, and not "
        "be changed, resumed or deleted. Train one of your own for that."
    )


class RunIsBusy(CoreError):
    """Something is asked of a run that needs its process to have ended."""

    message = "The run '{run}' is still working. Cancel it first, or wait until it has ended."


class NothingToResume(CoreError):
    """A run that has finished, or was never begun, cannot go on."""

    message = "The run '{run}' has nothing left to do: all its epochs are done."


class LossNotFinite(CoreError):
    """The loss became NaN or infinite."""

    message = (
        "The loss became {found} in epoch {epoch}, batch {batch}: the weights have blown up. "
        "Try a smaller learning rate (now {rate}) or clip the gradient. "
        "What was finished before is kept."
    )


class OutOfMemory(CoreError):
    """The network or its data do not fit into memory."""

    message = (
        "The memory was not enough for this network and batch. Try a smaller batch (now {batch}), "
        "shorter texts or fewer units. What was finished before is kept."
    )


class DiskFull(CoreError):
    """There is no room left where runs, models or corpora are kept: `variable` names the place."""

    message = (
        "The disk is full. Free some space, or choose another folder with the environment variable "
        "{variable}, and go on: what was finished before is kept."
    )

    def __init__(self, *, variable: str = RUNS_VARIABLE) -> None:
        super().__init__(variable=variable)


class FolderNotWritable(CoreError):
    """Nothing can be written where runs, models or corpora are kept: `variable` names the place."""

    message = (
        "Nothing can be written to {folder}: {why}. Choose another folder with the environment "
        "variable {variable}."
    )

    def __init__(self, *, folder: object, why: str, variable: str = RUNS_VARIABLE) -> None:
        super().__init__(folder=folder, why=why, variable=variable)


class FolderNotReadable(CoreError):
    """Nobody can say what runs or models there are."""

    message = "The folder {folder} cannot be read: {why}. What is in it is not shown."


class NameTaken(CoreError):
    """What was deleted cannot come back: something else has its name by now."""

    message = (
        "There is a '{name}' again in the folder that it would be brought back to. Delete or move "
        "that one first."
    )


class UnreadableModel(CoreError):
    """A model on the shelf cannot be opened."""

    message = "The model '{model}' cannot be read: {why}. Delete it, or put its file right."


class CheckpointLost(CoreError):
    """What a run would go on from is damaged, and it goes on from less."""

    message = (
        "The checkpoint cannot be read ({why}). The run goes on from the model of epoch {epoch}, "
        "and its optimizer begins anew: its numbers may differ from those of an undisturbed run."
    )


class LinesSetAside(CoreError):
    """Lines of a run's file could not be read."""

    message = (
        "{count:,} lines of {file} could not be read; they were set aside in {file}.aside, and are "
        "missing from the curves."
    )


class ModelLost(CoreError):
    """The model that a run would be tested with is damaged, and it takes another."""

    message = "The model of epoch {epoch} cannot be read ({why}); that of epoch {other} is tested."


class NoValidation(CoreError):
    """A share for validation leaves nothing to validate with, or nothing to learn from."""

    message = (
        "A share of {share:g} of the {found:,} examples for training and validation is {kept:,} "
        "of them; at least 1 is needed for validation, and at least 1 to learn from. Choose "
        "another share for validation, or take more examples."
    )


class OneTextOnly(CoreError):
    """All examples read the same, so that none can be validated on that is not learned."""

    message = (
        "All {found:,} examples for training and validation read the same text, so none can be "
        "kept for validation that is not learned. Add other texts, or keep nothing for validation."
    )


class TooFewExamples(CoreError):
    """There are not enough examples to part them as asked."""

    message = (
        "There are {found:,} examples for {what}; at least {least:,} are needed. Take more "
        "examples, shorter windows, a smaller batch or another share for validation."
    )


class ExportFailed(CoreError):
    """The process that writes a run's figures for another program failed."""

    message = "The files could not be written. The process that writes them said: {words}"
