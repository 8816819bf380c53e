// Text in a readable width, in the middle of a wide window, and a pulse beside a cell that runs for more than two seconds.
// JupyterLab has a setting for neither, so this is an extension of JupyterLab, in the form in which it loads one.

const style = document.createElement("style");
style.textContent = `
  .jp-NotebookPanel-notebook .jp-Cell { max-width: 1060px; margin-inline: auto; } /* code of 120 characters, and views */
  .jp-NotebookPanel-notebook .jp-MarkdownOutput > :not(table, pre) { max-width: 46em; }
  .workbook-runs { animation: workbook-runs 0.8s 2s infinite alternate; }
  @keyframes workbook-runs { to { background: var(--jp-brand-color1); color: var(--jp-ui-inverse-font-color1); } }
`;
document.head.append(style);

// Cells that wait have the same prompt as the one that runs, which is the first of them.
function markWhatRuns() {
  for (const notebook of document.querySelectorAll(".jp-Notebook")) {
    const running = [...notebook.querySelectorAll(".jp-InputArea-prompt")].find((prompt) => prompt.textContent === "[*]:");
    notebook.querySelectorAll(".workbook-runs").forEach((prompt) => prompt.classList.toggle("workbook-runs", prompt === running));
    running?.classList.add("workbook-runs");
  }
}
setInterval(markWhatRuns, 500);

const plugin = { id: "softmax-workbook:reading", autoStart: true, activate: () => {} };
window._JUPYTERLAB = window._JUPYTERLAB ?? {};
window._JUPYTERLAB["softmax-workbook"] = { init: () => {}, get: async () => () => plugin };
