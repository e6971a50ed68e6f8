// Streamlit's own words in the reader's language. Streamlit knows English only, and draws its parts
// anew whenever it likes; so its words are replaced as they appear, before they are painted.
//
// Only whole words that are known are replaced, and only where Streamlit itself writes (`PLACES`), so
// that a reader's “Open” stays “Open”. What a later Streamlit says otherwise stays as it says it.
// `WORDS` is a list of [place, what Streamlit writes, what is to stand there], `{…}` being anything.
const PLACES = {
  upload: '[data-testid^="stFileUploader"]',
  typing: '[data-testid="InputInstructions"]',
  choice: '[data-testid="stSelectbox"], [data-testid="stMultiSelect"]',
  list: '[data-testid="stSelectboxVirtualDropdown"], [data-testid="stMultiSelectDropdown"]',
  number: '[data-testid^="stNumberInput"]',
  range: '[data-testid^="stNumberInput"], [data-testid="stTooltipErrorContent"]',
  help: '[data-testid="stTooltipHoverTarget"]',
  shortcut: '[data-testid^="stBaseButton"]',
  around:
    '[data-testid="stSkipToContent"], [data-testid="stTopNav"], [data-testid="stSidebarNav"],' +
    ' [data-testid="stSidebarCollapseButton"], [data-testid="stExpandSidebarButton"],' +
    ' [data-testid^="stMainMenu"], [data-testid^="stStatusWidget"]',
  tools:
    '[data-testid^="stElementToolbar"], [data-testid="stBaseButton-elementToolbar"], .modebar,' +
    ' [data-testid="stTooltipContent"]',
  column: '[data-testid="stDataFrameColumnMenu"]',
  table: '[data-testid^="stDataFrame"] [role="menuitem"], [class*="gdg-"]',
  dialog: '[data-testid="stDialog"]',
  columns: '[data-testid="stDataFrameColumnVisibilityMenu"]',
  announce: "[data-live-announcer]",
  button: "button",
};
// Where the text between is a reader's own, names and hints alone are Streamlit's.
const NAMES_ONLY = new Set(["choice", "number", "help", "shortcut", "column", "button"]);
const ATTRIBUTES = ["aria-label", "placeholder", "title"];
const NEVER =
  '.main-svg, canvas, script, style, textarea, [data-testid="stHtml"],' +
  ' [data-testid="stFileUploaderFileName"]';

const compiled = (words) =>
  words.map(([place, english, told]) => {
    const names = [];
    const pattern = english
      .split(/\{(\w+)\}/)
      .map((part, i) => {
        if (i % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        names.push(part);
        return "(.+?)";
      })
      .join("");
    const exact = new RegExp(`^${pattern}$`);
    return { where: PLACES[place], spoken: NAMES_ONLY.has(place), exact, names, told };
  });

// What was written → what is shown, for each text and attribute that was replaced.
const replaced = new WeakMap();

const translation = (element, text, name) => {
  const trimmed = text.trim();
  if (!trimmed || trimmed.length > 200) return null;
  for (const { where, spoken, exact, names, told } of words) {
    if (spoken && name === "text") continue;
    const parts = exact.exec(trimmed);
    if (parts && element.closest(where)) {
      return names.reduce((said, field, i) => said.replace(`{${field}}`, () => parts[i + 1]), told);
    }
  }
  return null;
};

const settle = (owner, name, element, now, write) => {
  const before = replaced.get(owner)?.[name];
  const english = before && before.shown === now ? before.written : now;
  const shown = translation(element, english, name) ?? english;
  if (shown === now) return;
  replaced.set(owner, { ...replaced.get(owner), [name]: { written: english, shown } });
  write(shown);
};

const settleText = (node) => {
  const element = node.parentElement;
  if (!element || element.closest(NEVER)) return;
  settle(node, "text", element, node.data, (shown) => (node.data = shown));
};

const settleAttributes = (element) => {
  for (const name of ATTRIBUTES) {
    const now = element.getAttribute(name);
    if (now) settle(element, name, element, now, (shown) => element.setAttribute(name, shown));
  }
};

const settleWithin = (root) => {
  if (root.nodeType === Node.TEXT_NODE) return settleText(root);
  if (root.nodeType !== Node.ELEMENT_NODE || root.closest(NEVER)) return;
  settleAttributes(root);
  for (const each of root.querySelectorAll("[aria-label], [placeholder], [title]")) {
    settleAttributes(each);
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) settleText(texts.currentNode);
};

let words = [];
let spoken = "en";
if (!window.unrolledTranslate) {
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") settleAttributes(target);
      else if (type === "characterData") settleText(target);
      else addedNodes.forEach(settleWithin);
    }
    observer.takeRecords(); // its own changes
  });
  window.unrolledTranslate = (language, given) => {
    if (language === spoken) return;
    spoken = language;
    words = compiled(given);
    observer.disconnect();
    settleWithin(document.body); // with no words: back to what Streamlit wrote
    if (!words.length) return;
    observer.observe(document.body, {
      attributeFilter: ATTRIBUTES,
      characterData: true,
      childList: true,
      subtree: true,
    });
  };
}
