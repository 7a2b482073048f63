"""What every test stands on: hypothesis settings that give the same answer on every machine.

The profile comes from HYPOTHESIS_PROFILE: `default` (the same examples at every run, so that a red run is red for all)
or `long` (new examples at every run and many more of them, for a night).
"""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: how fast the machine is must never decide whether a law holds.
settings.register_profile("default", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("long", deadline=None, derandomize=False, max_examples=5000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
