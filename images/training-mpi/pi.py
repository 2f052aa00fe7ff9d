"""Estimates pi on all processes of an MPI job: each adds up its share of the integral of 4 / (1 + x * x) from 0 to 1, and an
allreduce gives everybody the whole. Process 0 prints where the processes ran, and pi.

Environment: STEPS (default 2000000)."""

import math
import os

from mpi4py import MPI

world = MPI.COMM_WORLD
steps = int(os.environ.get("STEPS", "2000000"))
width = 1.0 / steps
share = sum(4.0 / (1.0 + ((step + 0.5) * width) ** 2) for step in range(world.rank, steps, world.size))
pi = world.allreduce(share * width)
hosts = world.gather(MPI.Get_processor_name())

if world.rank == 0:
    print(f"processes={world.size} hosts={','.join(sorted(set(hosts)))}")
    print(f"pi={pi:.12f} error={abs(pi - math.pi):.2e}", flush=True)
