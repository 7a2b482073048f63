"""The middle: frames in, new frames out; no files, no clock, no global state."""
