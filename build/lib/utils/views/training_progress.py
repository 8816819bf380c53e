"""A bar that moves while a training runs. It is no view to play with: it says how far the cell is."""

import ipywidgets as widgets


class TrainingProgress(widgets.HBox):
    """A progress bar over the epochs, with the last loss in words.

    Show it before the training begins, and call :meth:`show` after each epoch. What is stored in the notebook is a
    sentence, the same at each run, because the bar itself lives in the browser.

    Args:
        epochs: how many there will be, at least 1.
    """

    def __init__(self, epochs):
        self.bar = widgets.IntProgress(value=0, min=0, max=epochs, description="epochs", tooltip="Epochs that are done")
        self.words = widgets.HTML()
        super().__init__([self.bar, self.words])
        self._say(f"0 of {epochs}")

    def show(self, epoch, loss):
        """Move the bar.

        Args:
            epoch: the number of epochs that are done.
            loss: the mean loss of the last one.
        """
        self.bar.value = epoch
        self._say(f"{epoch} of {self.bar.max}, loss {loss:.4f}")

    def _say(self, words):
        self.words.value = f'<span role="status">{words}</span>'

    def _repr_mimebundle_(self, **kwargs):
        sentence = f"A progress bar over {self.bar.max} epochs moves here while the cell runs."
        return {
            **super()._repr_mimebundle_(**kwargs),
            "text/plain": sentence,
            "text/html": f"<p>{sentence}</p>",
        }
