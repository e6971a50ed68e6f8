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
  '.main-svg, .katex, canvas, script, style, textarea, [data-testid="stHtml"],' +
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

// A text → the words that it could be, so that each text is compared with them once.
const compared = new Map();

const candidates = (text) => {
  if (!/[A-Za-z]{3}/.test(text) || text.length > 200) return [];
  if (compared.size > 2000) compared.clear();
  if (!compared.has(text)) compared.set(text, words.filter(({ exact }) => exact.test(text)));
  return compared.get(text);
};

const translation = (element, text, name) => {
  const trimmed = text.trim();
  for (const { where, spoken, exact, names, told } of candidates(trimmed)) {
    if ((spoken && name === "text") || !element.closest(where)) continue;
    const parts = exact.exec(trimmed);
    return names.reduce((said, field, i) => said.replace(`{${field}}`, () => parts[i + 1]), told);
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
  settle(node, "text", node.parentElement, node.data, (shown) => (node.data = shown));
};

const settleAttributes = (element) => {
  for (const name of ATTRIBUTES) {
    const now = element.getAttribute(name);
    if (now) settle(element, name, element, now, (shown) => element.setAttribute(name, shown));
  }
};

const settleNode = (node) => (node.nodeType === Node.TEXT_NODE ? settleText : settleAttributes)(node);

const isOther = (node) => {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  return !element || element.closest(NEVER) !== null;
};

const settleWithin = (root) => {
  if (root.nodeType === Node.COMMENT_NODE || isOther(root)) return;
  const shown = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
  const nodes = document.createTreeWalker(root, shown, (node) =>
    node.nodeType === Node.ELEMENT_NODE && node.matches(NEVER)
      ? NodeFilter.FILTER_REJECT // with all that is in it
      : NodeFilter.FILTER_ACCEPT,
  );
  do settleNode(nodes.currentNode);
  while (nodes.nextNode());
};

let words = [];
let spoken = "en";
if (!window.unrolledTranslate) {
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(settleWithin);
      else if (!isOther(target)) settleNode(target);
    }
    observer.takeRecords(); // its own changes
  });
  window.unrolledTranslate = (language, given) => {
    if (language === spoken) return;
    spoken = language;
    words = compiled(given);
    compared.clear();
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
