// JupyterLab's shortcuts leave an element with this mark alone. They would otherwise see the keys of a control: arrows, and
// "d d", which deletes a cell. The mark has to be on the element that has the focus. Ctrl+S still saves: while Ctrl or ⌘ is
// held, the mark is away.
function keepKeys(root) {
  const mark = ({ target, ctrlKey, metaKey }) => target.toggleAttribute("data-lm-suppress-shortcuts", !ctrlKey && !metaKey);
  for (const event of ["focusin", "keydown", "keyup"]) root.addEventListener(event, mark);
}
