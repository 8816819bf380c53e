// JupyterLab's shortcuts leave an element with this mark alone. They would otherwise see the keys of a control: arrows, and
// "d d", which deletes a cell. The mark has to be on the element that has the focus.
const keepKeys = (root) => root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
