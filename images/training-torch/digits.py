"""Trains a small network on scikit-learn's handwritten digits, on as many processes as the job has.

Each process learns from its own share of the data; DistributedDataParallel keeps their weights equal. Rank 0 prints one
line for each epoch and, last of all, the accuracy on digits that nobody trained on.

Environment: RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, which the controller sets; EPOCHS (default 30);
PAUSE_SECONDS after each epoch (default 0), for watching, or disturbing, a longer run.
"""

import datetime
import os
import time

import torch
import torch.distributed as dist
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.parallel import DistributedDataParallel

BATCH = 32
SEED = 7


def load():
    images, labels = load_digits(return_X_y=True)
    split = train_test_split(images / 16.0, labels, test_size=0.2, random_state=SEED, stratify=labels)
    train_x, test_x, train_y, test_y = split
    return (
        torch.tensor(train_x, dtype=torch.float32),
        torch.tensor(train_y, dtype=torch.long),
        torch.tensor(test_x, dtype=torch.float32),
        torch.tensor(test_y, dtype=torch.long),
    )


def train_epoch(model, optimizer, x, y, epoch):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(epoch))
    total, batches = 0.0, 0
    for start in range(0, len(x) - BATCH + 1, BATCH):
        batch = order[start : start + BATCH]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
        total, batches = total + loss.item(), batches + 1
    return total / max(batches, 1)


def accuracy_of(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(dim=1) == y).float().mean().item()


def mean_over_ranks(value, world):
    tensor = torch.tensor([value])
    dist.all_reduce(tensor)
    return tensor.item() / world


def main():
    torch.set_num_threads(1)
    dist.init_process_group("gloo", timeout=datetime.timedelta(minutes=5))
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(SEED)
    train_x, train_y, test_x, test_y = load()
    # Shares of one size: every rank must take part in the same number of gradient exchanges.
    share = len(train_x) // world
    mine = slice(rank * share, (rank + 1) * share)

    network = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    model = DistributedDataParallel(network)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    print(f"rank={rank} world={world} samples={share}", flush=True)

    accuracy = 0.0
    for epoch in range(1, int(os.environ.get("EPOCHS", "30")) + 1):
        loss = train_epoch(model, optimizer, train_x[mine], train_y[mine], epoch)
        loss = mean_over_ranks(loss, world)
        accuracy = accuracy_of(network, test_x, test_y)
        if rank == 0:
            print(f"epoch={epoch} loss={loss:.4f} accuracy={accuracy:.4f}", flush=True)
        time.sleep(float(os.environ.get("PAUSE_SECONDS", "0")))

    dist.barrier()
    dist.destroy_process_group()
    if rank == 0:
        print(f"accuracy={accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
