// What a keyboard and a screen reader need and Streamlit's markup lacks: a role for the lists inside
// the navigation's list, levels of headings that skip none (a heading is chosen by its size), and a
// way to reach formulas and code that are wider than their column.
(() => {
  if (window.suiteAccessibility) return;
  window.suiteAccessibility = true;

  const set = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
  };

  const order = () => {
    const above = [];
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      while (above.length && above.at(-1) >= heading.tagName) above.pop();
      above.push(heading.tagName);
      set(heading, { "aria-level": String(above.length) });
    }
  };

  const mend = () => {
    waiting = false;
    order();
    for (const list of document.querySelectorAll('[data-testid="stSidebarNavItems"]')) {
      set(list, { role: "group", "aria-label": "Pages" });
      for (const section of list.children) {
        if (section.querySelector(":scope > li")) set(section, { role: "list" });
      }
    }
    for (const [kind, wide] of [["Formula", ".katex-display"], ["Code", "pre"]]) {
      for (const element of document.querySelectorAll(wide)) {
        if (element.scrollWidth > element.clientWidth) {
          set(element, { tabindex: "0", role: "group", "aria-label": `${kind}, scrolls sideways` });
        }
      }
    }
  };

  let waiting = false;
  const later = () => {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(mend);
    }
  };
  new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
  addEventListener("resize", later);
  later();
})();
