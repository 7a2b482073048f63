"""The beginning of a program that is killed at its n-th flush or rename: what tests of files that appear whole are run with."""

KILLED_AT_A_STEP = """
import os, signal, sys
from pathlib import Path

count = 0
def dying(original):
    def call(*args, **options):
        global count
        count += 1
        if count > int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **options)
    return call

os.fsync = dying(os.fsync)
Path.replace = dying(Path.replace)
"""
"""`argv` is the folder to write to, then how many flushes and renames are let through."""
