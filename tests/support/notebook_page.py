"""A notebook that is open in JupyterLab, driven as a reader drives it, and looked at through the page.

Waiting is always for a condition, never for a time, so that a slow machine makes the tests slower and not red.
"""

SECOND = 1000  # the browser counts in milliseconds
PATIENCE = 60 * SECOND  # for one step; long, since other work may share the processors
BEAT = 30  # between two looks at the page; to look at every frame would make the browser paint frames all the time
RUN_PATIENCE = 200 * SECOND  # for a whole notebook

# What the tests ask the page. `jupyterapp` is JupyterLab itself, see `--LabApp.expose_app_in_browser`.
SCRIPT = r"""
window.workbook = {
  panel: () => window.jupyterapp?.shell.currentWidget,
  cells: () => [...workbook.panel().content.widgets],
  cell: id => workbook.cells().find(cell => cell.model.id === id),
  node: id => workbook.cell(id).node,

  ready(path, kernel = true) {
    const panel = workbook.panel();
    return Boolean(panel?.context?.isReady && panel.content?.widgets?.length
      && (path === undefined || panel.context.path === path)
      && (!kernel || panel.sessionContext.session?.kernel?.status === 'idle'));
  },

  // One promise at a time; `finished` tells when it is kept, also after an error.
  start(command, options = {}) {
    workbook.finished = false;
    window.jupyterapp.commands.execute(command, options)
      .catch(() => {}).finally(() => { workbook.finished = true; });
  },

  select(id) {
    const notebook = workbook.panel().content;
    notebook.mode = 'command';
    notebook.deselectAll();
    notebook.activeCellIndex = workbook.cells().findIndex(cell => cell.model.id === id);
  },

  // The ids of the code cells, or of those with a tag, in their order.
  codeCells: tag => workbook.cells().map(cell => cell.model)
    .filter(model => model.type === 'code' && (!tag || (model.getMetadata('tags') ?? []).includes(tag)))
    .map(model => model.id),

  outputs(id) {
    const model = workbook.cell(id).model.outputs;
    return Array.from({length: model.length}, (_, index) => model.get(index).toJSON());
  },

  errors: () => workbook.codeCells().flatMap(id => workbook.outputs(id)
    .filter(output => output.output_type === 'error').map(output => `${id}: ${output.ename}: ${output.evalue}`)),

  // Views whose live form did not come. The page says so in the place of the view.
  deadViews: () => [...workbook.panel().node.querySelectorAll('.jp-OutputArea-output')]
    .map(node => node.textContent.trim())
    .filter(text => /^(Loading widget|Error displaying widget|Error creating widget)|model not found/.test(text)),

  // For each code cell: how many pictures its stored outputs hold, how many can be seen, and whether it is trusted.
  storedPictures: () => workbook.cells().filter(cell => cell.model.type === 'code').map(cell => ({
    id: cell.model.id,
    trusted: cell.model.trusted,
    stored: workbook.outputs(cell.model.id).filter(output =>
      Object.entries(output.data ?? {}).some(([type, data]) =>
        type.startsWith('image/') || [data].flat().join('').includes('<img'))
    ).length,
    seen: [...cell.node.querySelectorAll('.jp-OutputArea-output img')].filter(image =>
      image.src.startsWith('data:image/') && image.naturalWidth > 0 && image.alt.trim()
      && image.getClientRects().length).length,
  })),

  // Text cells whose formulas are still to come, or never came.
  untypeset: () => workbook.cells().filter(cell => cell.model.type === 'markdown').filter(cell => {
    const source = cell.model.sharedModel.getSource().replace(/```[^]*?```|`[^`]*`/g, '');
    const expected = /\$[^$]+\$/.test(source);
    return !cell.node.querySelector('.jp-RenderedMarkdown')
      || (expected && !cell.node.querySelector('mjx-container'));
  }).map(cell => cell.model.id),

  // What is wrong with the formulas: errors of MathJax, and source text that a reader would see.
  badFormulas() {
    const found = [];
    for (const rendered of workbook.panel().node.querySelectorAll('.jp-RenderedMarkdown')) {
      for (const error of rendered.querySelectorAll('mjx-merror, [data-mml-node="merror"], .MathJax_Error'))
        found.push(`error of MathJax: ${error.textContent} ${error.getAttribute('data-mjx-error') ?? ''}`);
      const walker = document.createTreeWalker(rendered, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode;
        if (text.parentElement.closest('code, pre, mjx-container')) continue;
        if (/\$[^$]+\$|\$\$|\\[a-zA-Z]{2,}|\\[([]/.test(text.data)) found.push(`raw: ${text.data.trim()}`);
      }
    }
    return found;
  },

  // Code cells with a line that runs out of sight at the right.
  cutCode: () => workbook.cells().filter(cell => cell.model.type === 'code').filter(cell => {
    const scroller = cell.node.querySelector('.cm-scroller');
    return !scroller || scroller.scrollWidth > scroller.clientWidth;
  }).map(cell => cell.model.id),

  images: () => [...workbook.panel().node.querySelectorAll('.jp-Cell img')],
  imagesLoaded: () => workbook.images().every(image => image.complete),
  badImages: () => workbook.images()
    .filter(image => image.naturalWidth === 0 || image.alt.trim() === '')
    .map(image => `width ${image.naturalWidth}, alt “${image.alt}”, src ${image.src.slice(0, 60)}`),

  // What a view shows: the drawing without its label, the line of numbers, the place of each slider, and errors.
  view(root) {
    const drawing = root.querySelector('svg');
    const after = node => drawing.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    return {
      drawing: drawing?.innerHTML ?? '',
      numbers: drawing ? [...root.querySelectorAll('[role="status"]')].find(after)?.textContent ?? '' : '',
      places: [...root.querySelectorAll('input[type=range], select')].map(control => control.value),
      alerts: [...root.querySelectorAll('[role="alert"]')].map(alert => alert.textContent).filter(Boolean),
    };
  },

  // Time in milliseconds from the next key to the frame that shows another drawing.
  startClock(root) {
    const before = workbook.view(root).drawing;
    workbook.time = new Promise(resolve => {
      let start;
      window.addEventListener('keydown', () => { start = performance.now(); }, {capture: true, once: true});
      const observer = new MutationObserver(() => {
        if (workbook.view(root).drawing === before) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - start));
      });
      observer.observe(root, {childList: true, characterData: true, subtree: true});
    });
  },

  // How well texts can be read: those whose contrast with what is painted behind them (WCAG 2) is too low.
  faintTexts(element, least) {
    const brush = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const channels = colour => {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      const [red, green, blue, opacity] = brush.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, opacity / 255];
    };
    const over = (front, back) => back.slice(0, 3)
      .map((value, index) => front[3] * front[index] + (1 - front[3]) * value);
    const behind = node => {
      if (!node) return [255, 255, 255];
      const colour = channels(getComputedStyle(node).backgroundColor);
      return colour[3] === 1 ? colour : over(colour, behind(node.parentElement));
    };
    const luminance = colour => colour.slice(0, 3).map(value => value / 255)
      .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
      .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const faint = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode, parent = text.parentElement;
      if (!text.data.trim() || parent.closest('svg') || !parent.getClientRects().length) continue;
      const back = behind(parent);
      const pair = [luminance(over(channels(getComputedStyle(parent).color), back)), luminance(back)];
      const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      if (contrast < least) faint.push(`${contrast.toFixed(2)}: ${text.data.trim().slice(0, 60)}`);
    }
    return faint;
  },

  // Whether the first thing that a drawing paints is an opaque page over all of it.
  hasOwnPaper(root) {
    const drawing = root.querySelector('svg'), page = drawing.querySelector('rect');
    const {width, height} = drawing.viewBox.baseVal;
    return page?.width.baseVal.value >= width && page.height.baseVal.value >= height
      && !['none', 'transparent'].includes(getComputedStyle(page).fill) && getComputedStyle(page).opacity === '1';
  },
};
"""


class NotebookPage:
    """One notebook in one page of the browser.

    Args:
        page: a fresh page.
        address: where JupyterLab answers.
    """

    def __init__(self, page, address):
        self.page = page
        self.said = []  # errors that reach the console, and exceptions that nobody caught
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: message.type == "error" and self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"))
        page.add_init_script(SCRIPT)
        # A workspace of its own and `reset`: nothing that another test left open comes back.
        page.goto(f"{address}/lab/workspaces/tests?reset", wait_until="commit")
        self.wait("() => window.jupyterapp?.commands?.hasCommand('docmanager:open')")
        self.ask("() => jupyterapp.restored.then(() => jupyterapp.shell.collapseLeft())")  # more room for the notebook

    def open(self, path, kernel=True):
        """Open a notebook.

        Args:
            path: below the folder that JupyterLab serves.
            kernel: whether the notebook gets one; to look at stored outputs it needs none.
        """
        preference = {} if kernel else {"kernelPreference": {"shouldStart": False, "canStart": False}}
        self.ask(
            "options => jupyterapp.commands.execute('docmanager:open', options).then(() => {})",
            {"path": path, "factory": "Notebook", **preference},
        )
        self.wait("([path, kernel]) => workbook.ready(path, kernel)", [path, kernel])

    def close(self):
        """Close the notebook that is open, without storing it."""
        self.ask("() => workbook.panel()?.dispose()")

    def wait(self, condition, argument=None, patience=PATIENCE):
        """Wait until a function of the page returns a true value, and return that value."""
        return self.page.wait_for_function(condition, arg=argument, timeout=patience, polling=BEAT).json_value()

    def ask(self, expression, argument=None):
        """The value of an expression of JavaScript, or of a function applied to ``argument``."""
        return self.page.evaluate(expression, argument)

    # Running

    def start(self, command):
        """Give JupyterLab a command and do not wait for its end."""
        self.ask("command => workbook.start(command)", command)

    def wait_until_finished(self, patience=PATIENCE):
        """Wait for the end of the command that was started, and for all that its cells still have to say."""
        self.wait("() => workbook.finished && workbook.ready()", patience=patience)

    def run_all(self):
        """What the menu entry *Run All Cells* does."""
        self.start("notebook:run-all-cells")
        self.wait_until_finished(RUN_PATIENCE)

    def start_cell(self, identity):
        """Start the cell with this id and do not wait for its end."""
        self.ask("id => workbook.select(id)", identity)
        self.start("notebook:run-cell")

    def run_cell(self, identity):
        """Run the cell with this id."""
        self.start_cell(identity)
        self.wait_until_finished()

    def type_into(self, identity, text):
        """Replace the text of a cell by way of the keyboard."""
        editor = self.cell(identity).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Escape")

    def add_cell(self, identity, source):
        """Add a code cell at the end."""
        self.ask(
            """([id, source]) => Boolean(workbook.panel().content.model.sharedModel.addCell(
                {cell_type: 'code', id, source, metadata: {}}))""",
            [identity, source],
        )
        self.wait("id => Boolean(workbook.cell(id))", identity)

    # Looking

    def cell(self, identity):
        """The cell with this id."""
        mark = "id => workbook.node(id).setAttribute('data-workbook-cell', id)"
        self.ask(mark, identity)
        return self.page.locator(f'[data-workbook-cell="{identity}"]')

    def plain_text(self, identity):
        """What the outputs of a cell say as plain text."""
        outputs = self.ask("id => workbook.outputs(id)", identity)
        texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
        return "".join("".join(text) for text in texts)

    def errors(self):
        """The errors that cells ended with."""
        return self.ask("() => workbook.errors()")

    def wait_for_formulas(self):
        """Wait until every text is rendered and every formula typeset."""
        self.wait("() => workbook.untypeset().length === 0")

    def bad_images(self):
        """Images that cannot be seen, or are not put into words."""
        self.wait("() => workbook.imagesLoaded()")
        return self.ask("() => workbook.badImages()")

    def live_views(self):
        """The ids of the cells with the tag ``view`` whose output is a view that has come to life."""
        alive = "id => Boolean(workbook.node(id).querySelector('[data-view] button'))"
        return [cell for cell in self.ask("() => workbook.codeCells('view')") if self.ask(alive, cell)]

    def outline(self):
        """What a stray key would change: the mode, and the cells with their texts."""
        return self.ask(
            """() => [workbook.panel().content.mode, workbook.cells().map(
                cell => [cell.model.id, cell.model.type, cell.model.sharedModel.getSource()])]"""
        )

    def faint_outputs(self, identity):
        """Texts in the outputs of a cell that are hard to read."""
        return self.cell(identity).locator(".jp-OutputArea").evaluate("node => workbook.faintTexts(node, 4.5)")

    def view(self, identity):
        """The view in the output of a cell."""
        return ViewOnPage(self, self.cell(identity).locator("[data-view]").first)

    def dress(self, dark):
        """Change to the dark or the light theme."""
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.wait("light => document.body.dataset.jpThemeLight === light", "false" if dark else "true")

    # Keeping

    def screenshots(self, folder, name):
        """Photograph the whole notebook, in slices that a browser can paint and a person can read."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{name}-[0-9][0-9].png"):
            old.unlink()
        scroller = self.page.locator(".jp-NotebookPanel:visible .jp-WindowedPanel-outer").first
        step, whole = scroller.evaluate("node => [node.clientHeight, node.scrollHeight]")
        for number in range(-(-whole // step)):
            scroller.evaluate("(node, top) => { node.scrollTop = top; }", number * step)
            scroller.screenshot(path=folder / f"{name}-{number:02}.png", animations="disabled")


class ViewOnPage:
    """An interactive view, moved by keyboard alone."""

    def __init__(self, notebook, root):
        self.notebook = notebook
        self.page = notebook.page
        root.wait_for()
        self.root = root
        self._handle = root.element_handle()

    @property
    def sliders(self):
        """All sliders that can be seen, in the order of the keyboard."""
        return self.root.locator("input[type=range]:visible").all()

    @property
    def choices(self):
        """All lists of which one entry is chosen."""
        return self.root.locator("select:visible").all()

    def button(self, name):
        """The button with this text."""
        return self.root.locator("button", has_text=name)

    def state(self):
        """What the view shows: ``drawing``, ``numbers``, ``places`` of the sliders, ``alerts``."""
        return self._handle.evaluate("root => workbook.view(root)")

    def press(self, target, key):
        """Focus a part of the view and press a key."""
        target.focus()
        self.page.keyboard.press(key)

    def wait_for_drawing(self):
        """Wait until there is a drawing with its line of numbers."""
        self.notebook.wait("root => Boolean(workbook.view(root).numbers)", self._handle)

    def skip_prediction(self):
        """Skip the question, if there is one."""
        if self.asks_first():
            self.press(self.button("Skip"), "Enter")
        self.wait_for_drawing()

    def asks_first(self):
        """Whether a question stands in the place of the drawing and its controls."""
        return self.button("Skip").count() == 1 and not self.sliders and not self.root.locator("svg:visible").count()

    def move(self, slider, key):
        """Press a key on a slider and wait until drawing and numbers have followed. Returns whether it moved."""
        before = self.state()
        self.press(slider, key)
        if self.state()["places"] == before["places"]:
            return False
        self._wait_for_change(before)
        return True

    def choose(self, choice):
        """Choose the next entry of a list by keyboard and wait until drawing and numbers have followed."""
        before = self.state()
        self.press(choice, "ArrowDown")
        self._wait_for_change(before)

    def _wait_for_change(self, before):
        self.notebook.wait(
            """([root, before]) => {
                const now = workbook.view(root);
                return now.drawing !== before.drawing && now.numbers !== before.numbers || now.alerts.length;
            }""",
            [self._handle, before],
        )

    def reset(self, start):
        """Press Reset and wait until the view shows its start again."""
        self.press(self.button("Reset"), "Enter")
        self.notebook.wait(
            """([root, start]) => Object.entries(workbook.view(root))
                .every(([key, now]) => String(now) === String(start[key]))""",
            [self._handle, start],
        )

    def time_key(self, slider, key):
        """Milliseconds from a key to the frame with the changed drawing."""
        slider.focus()
        self._handle.evaluate("root => workbook.startClock(root)")
        self.page.keyboard.press(key)
        return self.page.evaluate("() => workbook.time")

    def faint_texts(self):
        """Texts of the view that are hard to read."""
        return self._handle.evaluate("root => workbook.faintTexts(root, 4.5)")

    def has_own_paper(self):
        """Whether the drawing brings its own background."""
        return self._handle.evaluate("root => workbook.hasOwnPaper(root)")
