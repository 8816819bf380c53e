"""A package, so that JupyterLab and the browser live as long as a worker is among these tests."""
