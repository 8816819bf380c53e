"""Read by ``jupyter nbconvert`` in the environment of the course, where it lies in ``etc/jupyter``."""

from utils.site.export import configure

configure(get_config())  # noqa: F821, Jupyter gives this name
