// On paper nothing can be unfolded: before a page is printed every fold opens, and afterwards it is as it was.
const folded = [];
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    folded.push(fold);
  }
});
addEventListener("afterprint", () => {
  for (const fold of folded.splice(0)) fold.open = false;
});

// A formula that is wider than the page can be scrolled; so it can be reached by keyboard, too.
addEventListener("load", () => {
  window.MathJax?.startup?.promise.then(() => {
    for (const formula of document.querySelectorAll("mjx-container, .math"))
      if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
  });
});
