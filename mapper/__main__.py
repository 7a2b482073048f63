"""Run the command line as `python -m mapper`."""

from mapper.cli import main

main()
