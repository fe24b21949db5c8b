// A login ends at the home page. The card notes what was asked for, in this tab alone, and the first
// page after the login leads there.
(() => {
  const key = "suite.wanted";
  const { origin, pathname, search, hash } = location;
  if (document.currentScript.dataset.shown === "card") {
    // The way through a provider ends at "/": what was asked for before it stays noted.
    if (pathname !== "/") sessionStorage.setItem(key, pathname + search + hash);
    return;
  }
  const wanted = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  // Behind the origin, so that "//elsewhere" stays a path of the suite.
  if (wanted && pathname === "/") location.replace(origin + wanted);
})();
