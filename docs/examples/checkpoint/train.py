"""Trains a small network on handwritten digits, and goes on where the last attempt was.

The controller gives CHECKPOINT_DIR, CHECKPOINT_RESUME and ARMATURE_ATTEMPT, and, to jobs of several pods, what
torch.distributed reads. EPOCHS (default 30) and PAUSE_SECONDS after each of them (default 0) are for watching.
"""

import datetime
import os
import pathlib
import signal
import sys
import time

import torch
import torch.distributed as dist
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.parallel import DistributedDataParallel

KEPT = 2


def save(folder, epoch, network, optimizer):
    """A checkpoint is there under its name only when all of it is: a torn one is never seen."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".epoch-{epoch:05d}"
    with open(unfinished, "wb") as file:
        torch.save({"epoch": epoch, "network": network.state_dict(), "optimizer": optimizer.state_dict()}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, folder / f"epoch-{epoch:05d}.pt")
    for old in sorted(folder.glob("epoch-*.pt"))[:-KEPT]:
        old.unlink()


def newest(folder):
    found = sorted(folder.glob("epoch-*.pt")) if os.environ.get("CHECKPOINT_RESUME") == "auto" else []
    return torch.load(found[-1]) if found else None


def train_epoch(model, optimizer, x, y, epoch):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(epoch))
    for start in range(0, len(x) - 31, 32):
        batch = order[start : start + 32]
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
        optimizer.step()


def main():
    # The first process of a container ignores SIGTERM unless it says otherwise.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    torch.set_num_threads(1)
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if world > 1:
        dist.init_process_group("gloo", timeout=datetime.timedelta(minutes=5))
    folder = pathlib.Path(os.environ["CHECKPOINT_DIR"])
    attempt = os.environ["ARMATURE_ATTEMPT"]

    images, labels = load_digits(return_X_y=True)
    x, test_x, y, test_y = train_test_split(images / 16.0, labels, test_size=0.2, random_state=7, stratify=labels)
    share = len(x) // world
    x = torch.tensor(x[rank * share : (rank + 1) * share], dtype=torch.float32)
    y = torch.tensor(y[rank * share : (rank + 1) * share], dtype=torch.long)
    test_x, test_y = torch.tensor(test_x, dtype=torch.float32), torch.tensor(test_y, dtype=torch.long)

    torch.manual_seed(7)
    network = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    done = 0
    saved = newest(folder)
    if saved:
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        done = saved["epoch"]
    print(f"attempt={attempt} rank={rank} {f'resumed after epoch={done}' if done else 'begins'}", flush=True)
    model = DistributedDataParallel(network) if world > 1 else network

    for epoch in range(done + 1, int(os.environ.get("EPOCHS", "30")) + 1):
        train_epoch(model, optimizer, x, y, epoch)
        if rank == 0:
            save(folder, epoch, network, optimizer)
            print(f"attempt={attempt} epoch={epoch} ", flush=True)
        time.sleep(float(os.environ.get("PAUSE_SECONDS", "0")))
    if rank == 0:
        with torch.no_grad():
            print(f"accuracy={(network(test_x).argmax(dim=1) == test_y).float().mean().item():.4f}", flush=True)


if __name__ == "__main__":
    main()
