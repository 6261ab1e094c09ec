"""``python -m cocket``: the command line of the binary ``cocket``."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """Runs the command line and gives its exit status."""
    # The work is done outside Python, where its handler for Ctrl-C would only be heard at the end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.command_line(["cocket", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
