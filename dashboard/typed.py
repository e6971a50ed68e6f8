"""A text is read while it is typed: Streamlit has that for a line, this has it for a box of lines.

A box of Streamlit's (`st.text_area`) hands on what is in it when one leaves it, or presses Control
and Enter. So these are pressed for whoever stops typing for a moment. What is being composed, as a
syllable of Hangul is, waits until it is whole: to change the box under it would break it.
Not chosen: a box of our own, which would have to learn all that Streamlit's knows.
"""

from __future__ import annotations

BOX = "widget-text-"
"""How the class of a box begins that `dashboard.state` binds to the text that is read."""

PAUSE = 400
"""Milliseconds without a key after which what stands there is read."""

# In the page before Streamlit's own scripts; boxes come and go, so the document listens for them.
SCRIPT = f"""(() => {{
  const pauses = new WeakMap();
  let composing = false;
  const read = (box) => {{
    clearTimeout(pauses.get(box));
    pauses.set(box, setTimeout(() => {{
      if (composing || document.activeElement !== box) return;
      box.dispatchEvent(new KeyboardEvent("keydown",
        {{ key: "Enter", code: "Enter", keyCode: 13, ctrlKey: true, bubbles: true }}));
    }}, {PAUSE}));
  }};
  const typed = (event) => {{
    const box = event.target;
    if (box.tagName === "TEXTAREA" && box.closest('[class*="st-key-{BOX}"]')) read(box);
  }};
  document.addEventListener("input", typed);
  document.addEventListener("compositionstart", () => {{ composing = true; }});
  document.addEventListener("compositionend", (event) => {{ composing = false; typed(event); }});
}})();"""
