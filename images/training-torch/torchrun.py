#!/usr/bin/python3
"""Debian's torch has no torchrun. Installed under that name, since upstream's Python client starts functions with it."""

from torch.distributed.elastic.multiprocessing.api import Std
from torch.distributed.run import main


def flags(cls, text):
    """torch 1.13 looks for the flag 0 among an enum's members, where Python 3.11 no longer lists it."""
    pairs = [entry.rpartition(":") for entry in text.split(",")]
    by_rank = {int(rank): cls(int(flag)) for rank, _, flag in pairs if rank}
    return by_rank or cls(int(text))


Std.from_str = classmethod(flags)
main()
