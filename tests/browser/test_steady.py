"""A step in a real browser: nothing blanks, fades or jumps while the next picture is drawn."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

PATIENCE = 30_000
# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
TEXT = "the movie was not good, but the music was wonderful"

# What is on the screen, once for each frame and after it was painted.
WATCH = """() => {
  const box = document.querySelector('.st-key-chartbox-chart-cell');
  const seen = (text) =>
    text.getClientRects().length > 0 && getComputedStyle(text).visibility !== 'hidden';
  window.frames_seen = [];
  const record = () => {
    let opacity = 1;
    for (let each = box; each; each = each.parentElement) opacity *= getComputedStyle(each).opacity;
    window.frames_seen.push({
      words: [...box.querySelectorAll('.main-svg text')].filter(seen).length,
      opacity,
      height: box.getBoundingClientRect().height,
      top: box.getBoundingClientRect().top,
    });
    next();
  };
  const next = () => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = record;
    after.port2.postMessage(0);
  });
  next();
}"""


def test_the_diagram_is_there_in_every_frame_of_a_step(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", text=TEXT, step="3", unit="3")
    chart = page.locator(".st-key-chartbox-chart-cell")
    expect(chart.locator(".main-svg text").first).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(500)
    page.evaluate(WATCH)
    for step in (5, 6, 7):
        before = chart.locator(".js-plotly-plot").element_handle()
        page.locator(".st-key-step-on button:visible").click()
        expect(page.locator(".st-key-inspected")).to_contain_text(f"Step {step} ·")
        page.wait_for_function("old => !old.isConnected", arg=before, timeout=PATIENCE)
        expect(chart.locator(".unrolled-steady")).to_have_count(0, timeout=PATIENCE)
    frames = page.evaluate("window.frames_seen")
    assert len(frames) > 10
    assert min(frame["words"] for frame in frames) > 10
    assert {frame["opacity"] for frame in frames} == {1}
    assert len({round(frame["height"]) for frame in frames}) == 1
    tops = [frame["top"] for frame in frames]
    assert max(tops) - min(tops) < 2  # pixels
