"""The reader's own model: drop a file, see what is in it, and let every page work on it.

Nothing in the file is run; it is read in a child process. Without a file the page shows the card of
a model that ships with the project, so that one sees what to expect.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.analysis.questions import answering
from core.analysis.typed import reads
from core.errors import CoreError
from core.model import Model
from core.text import Vocabulary
from dashboard import cache, figures, state, widgets
from dashboard.fields import Choice
from dashboard.i18n import t
from dashboard.origins import choose, origin_labels
from dashboard.origins.upload import Brought, OfModel, put_back
from dashboard.views import Page
from dashboard.views.model.card import card
from dashboard.views.model.guide import EXAMPLE, example, guide
from dashboard.views.model.keep import actions, files, outcome
from dashboard.views.model.original import original
from dashboard.views.model.questions import questions
from dashboard.views.model.sentence import sentence
from dashboard.views.model.upload import drop
from dashboard.views.model.words import words
from dashboard.widgets.caption import named
from dashboard.widgets.naming import name_answers
from dashboard.widgets.problem import plain
from dashboard.widgets.reading import recorded
from dashboard.widgets.scaling import pick_scaling
from dashboard.widgets.series import draw_inputs, draw_predictions
from dashboard.widgets.text import passage
from dashboard.widgets.upload import upload

PAGE = Page(key="model", section="models", icon=":material/upload_file:", order=35)

NONE = ""
NEXT = ("gates", "gradients", "memory")
"""Pages to look at a model on, the first one first."""
SHOWN = state.declare(
    Choice(
        name="model",
        default=NONE,
        options=lambda: (NONE, *_models()),
        pages=("model",),
    )
)


def render() -> None:
    """Draw the uploader, then the card of the model that is shown, or what could be dropped."""
    outcome(then=_show)
    made = drop()
    if isinstance(made, CoreError):
        # A verdict about another model would read as one about the file that was refused.
        guide()
        return
    if made is not None:
        _show(made.id)
    known = _models()
    if not known:
        _nothing_yet()
        return
    shown = state.get(SHOWN) if state.get(SHOWN) in known else known[0]
    if len(known) > 1:
        st.selectbox(
            t("model.which"),
            known,
            format_func=origin_labels(known).__getitem__,
            label_visibility="collapsed",
            **state.bind(SHOWN, showing=shown),
        )
    _of(OfModel.named(shown.removeprefix(state.MODEL)))
    with st.expander(t("model.guide"), icon=":material/help:"):
        guide()


def _models() -> tuple[str, ...]:
    """What `state.TASK` calls the models that were brought."""
    return tuple(task for task in state.TASK.known() if task.startswith(state.MODEL))


def _show(identifier: str) -> None:
    if identifier:
        state.put(SHOWN, state.MODEL + identifier)
    else:
        state.reset(SHOWN)


def _nothing_yet() -> None:
    left, right = st.columns([1, 1], gap="large")
    with left:
        guide()
        with widgets.guard():
            made = example()
            if made is not None:
                _show(made.id)
                st.rerun()
    with right:
        st.markdown(t("model.preview", name=EXAMPLE))
        model = cache.bundled(EXAMPLE)
        _picture(model, OfModel(Brought("", EXAMPLE, "", b"", model)))
    card(model, name=EXAMPLE)


def _of(shown: OfModel) -> None:
    """Draw one model: where to look at it, its card, and what it reads with."""
    with st.container(horizontal=True, vertical_alignment="center", key="model-actions"):
        st.markdown(f"### {plain(shown.found.name, most=60)}", width="content")
        for page in NEXT:
            if st.button(t(f"{page}.title"), key=f"model-open-{page}", help=t("model.open.help"),
                         type="primary" if page == "gates" else "secondary"):  # fmt: skip
                _open(shown, page)
        actions(shown, then=_show)
    model = shown.model()  # after the row: a kept one that is broken can be deleted
    st.markdown(sentence(model))
    if cut_off := model.card.get("cut_off"):
        st.info(
            t("model.cut_off", layers=plain(str(cut_off), most=300)), icon=":material/content_cut:"
        )
    if isinstance(shown.found, Brought):
        questions(shown.found)
    if model.embedding is None:
        _picture(model, shown)
    else:
        _with_words(model, shown)
    name_answers(model, key=shown.id, keep=lambda names: _answers_as(shown, names))
    card(model, name=shown.found.name)
    if isinstance(shown.found, Brought):
        original(shown.found)
    st.subheader(t("model.files"), anchor=False, help=t("model.files.help"))
    files(model, shown.found.name)


def _with_words(model: Model, shown: OfModel) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _picture(model, shown)
    with right:
        words(model, shown.id, lambda vocabulary: _reads_with(shown, vocabulary))


def _picture(model: Model, shown: OfModel) -> None:
    """Draw what the gates do on a first input, so that there is something to see at once.

    A model of numbers reads the reader's own series here as soon as there is one.
    """
    kind, task, sample = reads(model), state.MODEL + shown.id, shown.samples()[0]
    first, below = st.container(), st.container()
    if kind == "numbers" and shown.id:
        with below:
            _bring(model, task)
    chosen = state.get(state.TEXT) if state.get(state.TASK) == task else None
    text = sample if chosen is None or kind != "numbers" else chosen
    with widgets.guard():
        with first:
            run = recorded(model, passage(model, text))
            cut = plain(" ".join(text.split()), most=120)
            st.caption(t(f"model.first.{kind if text == sample else 'own'}", text=cut))
            whose = replace(named([shown.found.name]), text=text)
            widgets.show(
                figures.means(run.trace, layer=0, tokens=run.tokens, **widgets.look()),
                name="first-look",
                about=whose,
                arrays=run.trace,
            )
        with below:
            if kind == "numbers":
                draw_inputs(run, whose=whose)
            if text != sample:
                draw_predictions(run)


def _bring(model: Model, task: str) -> None:
    """Draw the uploader of a series; the first one lets every page read it with this model."""
    with st.expander(t("series.bring"), icon=":material/upload_file:", expanded=True):
        st.caption(t("series.bring.help", features=model.features))
        before = state.get(state.TEXT)
        upload(features=model.features)
        after = state.get(state.TEXT)
        if after != before and state.get(state.TASK) != task:
            choose(task, text=after)
        if state.get(state.TASK) == task and after is not None:
            pick_scaling(model, after)


def _open(shown: OfModel, page: str) -> None:
    """Let every page read with this model, and go to one."""
    task = state.MODEL + shown.id
    if state.get(state.TASK) != task:
        choose(task, text=shown.samples()[0])
    if page == "gradients":
        state.put(state.FIELDS["weights"], task)
    widgets.open_page(page)


def _reads_with(shown: OfModel, vocabulary: Vocabulary | None) -> None:
    _change(shown, replace(shown.model(), vocabulary=vocabulary))


def _answers_as(shown: OfModel, names: tuple[str, ...]) -> None:
    _change(shown, answering(shown.model(), names))


def _change(shown: OfModel, model: Model) -> None:
    if isinstance(shown.found, Brought):
        put_back(replace(shown.found, model=model))
    else:
        shown.found.replace(model)
