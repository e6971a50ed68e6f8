"""What can be dropped, how to get such a file out of each framework, and examples to try.

The snippets are code, the same in every language; their comments stay away for that reason.
"""

from __future__ import annotations

import io

import streamlit as st

from core.importers.load import load_model
from core.importers.save import model_bytes
from dashboard import cache
from dashboard.i18n import t
from dashboard.origins.upload import Brought, bring

EXAMPLE = "sentiment-lstm"
SNIPPETS = {
    "Keras": 'model.save("model.keras")',
    "PyTorch": 'torch.save(model.state_dict(), "model.pt")',
    "ONNX": (
        'torch.onnx.export(model, (x,), "model.onnx",\n'
        '                  input_names=["x"], output_names=["y"],\n'
        '                  dynamic_axes={"x": {0: "batch", 1: "time"}}, dynamo=False)'
    ),
}
ENDING = ".safetensors"


def guide() -> None:
    """Draw the table of formats and the snippets."""
    st.markdown(t("model.accepted"))
    for tab, (name, code) in zip(st.tabs(list(SNIPPETS)), SNIPPETS.items(), strict=True):
        with tab:
            st.code(code, language="python")
            st.caption(t(f"model.from.{name.lower()}"))


def example() -> Brought | None:
    """Draw the ways to try without a file; return the example when it was asked for."""
    with st.container(horizontal=True, vertical_alignment="center", key="model-example"):
        asked = st.button(t("model.try"), icon=":material/lightbulb:", type="primary",
                          help=t("model.try.help"), key="model-try")  # fmt: skip
        st.download_button(
            t("model.try.file"),
            data=lambda: io.BytesIO(_file()),
            file_name=f"{EXAMPLE}{ENDING}",
            icon=":material/download:",
            help=t("model.try.file.help"),
            on_click="ignore",
            key="model-try-file",
        )
    if not asked:
        return None
    data = _file()
    # Through the child, like any other file: what is tried is the way that files go.
    model = load_model(data, name=EXAMPLE)
    return bring(model, name=EXAMPLE, file=f"{EXAMPLE}{ENDING}", data=data)


def _file() -> bytes:
    return model_bytes(cache.bundled(EXAMPLE), ENDING)
