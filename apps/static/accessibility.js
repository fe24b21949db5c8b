// What a keyboard and a screen reader need and Streamlit's markup lacks: a role for the lists inside
// the navigation's list, and a way to reach formulas and code that are wider than their column.
(() => {
  if (window.suiteAccessibility) return;
  window.suiteAccessibility = true;

  const set = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
  };

  const mend = () => {
    waiting = false;
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
