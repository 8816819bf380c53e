"""What happens before the first chapter: the installation, and what it has installed."""
