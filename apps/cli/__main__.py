"""Run the command line as ``python -m apps.cli``."""

from apps.cli import main

main()
