// What the sliders of ipywidgets lack: they keep their keys, and a handle and its number have the name that is beside them.
function adoptSliders(root) {
  const name = () => {
    for (const slider of root.querySelectorAll(".widget-slider")) {
      const words = slider.querySelector("label").textContent, number = slider.querySelector("[contenteditable]");
      slider.querySelector("[role=slider]")?.setAttribute("aria-label", words);
      number?.setAttribute("role", "textbox");
      number?.setAttribute("aria-label", `${words}, as a number`);
    }
  };
  new MutationObserver(name).observe(root, { childList: true, subtree: true }); // they come one after another
  keepKeys(root);
}
