"""The course as a site: every chapter with its stored outputs, its live views and its folded hints, and no kernel."""
