"""One module for each format that an edition is exported to; `mapper.output.export` loads the one that is asked for."""
