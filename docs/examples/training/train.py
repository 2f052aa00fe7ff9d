"""Fits a line to points, on several machines, with nothing but Python: each rank has points of its own, and all walk
together. It writes down where it is every 20 steps, and goes on from there."""

import json
import os
import pathlib
import random
import signal
import socket
import sys
import time

STEPS, KEPT_EVERY, POINTS = 300, 20, 2000
RANK, WORLD = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
FOLDER = pathlib.Path(os.environ["CHECKPOINT_DIR"])


def meet():
    """Rank 0 waits for the others at the address that all of them are told."""
    address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
    if RANK == 0:
        server = socket.create_server(("", address[1]))
        return [server.accept()[0].makefile("rw") for _ in range(WORLD - 1)]
    while True:
        try:
            return [socket.create_connection(address).makefile("rw")]
        except OSError:
            time.sleep(0.2)


def mean(values, peers):
    """The mean of all ranks' values, on every rank."""
    if RANK > 0:
        print(json.dumps(values), file=peers[0], flush=True)
        return json.loads(peers[0].readline())
    everybody = [values] + [json.loads(peer.readline()) for peer in peers]
    means = [sum(column) / WORLD for column in zip(*everybody)]
    for peer in peers:
        print(json.dumps(means), file=peer, flush=True)
    return means


def save(step, line):
    """A checkpoint has its name only when all of it is there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    unfinished = FOLDER / "unfinished"
    unfinished.write_text(json.dumps({"step": step, "line": line}))
    unfinished.replace(FOLDER / "newest.json")


def newest():
    file = FOLDER / "newest.json"
    if os.environ["CHECKPOINT_RESUME"] != "auto" or not file.exists():
        return 0, [0.0, 0.0]
    saved = json.loads(file.read_text())
    return saved["step"], saved["line"]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # to be asked to end is no reason to linger
    chance = random.Random(RANK)
    xs = [chance.uniform(-1, 1) for _ in range(POINTS)]
    points = [(x, 3 * x + 1 + chance.gauss(0, 0.1)) for x in xs]
    done, (slope, offset) = newest()
    print(f"attempt {os.environ['ARMATURE_ATTEMPT']}, rank {RANK} of {WORLD}, begins after step {done}", flush=True)
    peers = meet()
    for step in range(done + 1, STEPS + 1):
        started = time.monotonic()
        errors = [(slope * x + offset - y, x) for x, y in points]
        own = [sum(e * x for e, x in errors), sum(e for e, _ in errors), sum(e * e for e, _ in errors)]
        by_slope, by_offset, loss = mean([value / POINTS for value in own], peers)
        slope, offset = slope - 0.05 * by_slope, offset - 0.05 * by_offset
        time.sleep(0.1)  # so that there is something to watch
        if RANK == 0:
            speed = WORLD * POINTS / (time.monotonic() - started)
            print(f"progress step={step} total={STEPS} loss={loss:.4f} samples_per_second={speed:.0f}", flush=True)
            if step % KEPT_EVERY == 0:
                save(step, [slope, offset])
    if RANK == 0:
        print(f"y = {slope:.2f} x + {offset:.2f}", flush=True)


main()
