"""Trains a small network on scikit-learn's handwritten digits, on as many processes as the job has.

Each process holds its own share of the data. What one jitted step computes over all shares, XLA splits over the processes
and sums up with gloo, so their weights stay equal. Process 0 prints a line for each epoch and, last of all, the accuracy
on digits that nobody trained on.

Environment: COORDINATOR_ADDRESS, COORDINATOR_PORT, NUM_PROCESSES and PROCESS_ID, which the controller sets; EPOCHS
(default 30); PAUSE_SECONDS after each epoch (default 0), for watching, or disturbing, a longer run.
"""

import importlib.util
import os
import time
from pathlib import Path

# One thread for each process: they share the machine. Read once, when JAX starts.
os.environ.setdefault("NPROC", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

BATCH = 32
SEED = 7
RATE = 0.003
TEST_SHARE = 0.2


def load():
    """The digits as scikit-learn ships them; its file is enough, so that none of what it imports must be installed."""
    package = importlib.util.find_spec("sklearn")
    if package is None:
        raise SystemExit("scikit-learn is missing, which brings the digits: pip install --no-deps scikit-learn")
    table = np.loadtxt(Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    table = np.random.default_rng(SEED).permutation(table)
    images, labels = (table[:, :-1] / 16.0).astype(np.float32), table[:, -1].astype(np.int32)
    test = int(len(table) * TEST_SHARE)
    return images[test:], labels[test:], images[:test], labels[:test]


def initial_weights():
    random = np.random.default_rng(SEED)

    def layer(inputs, outputs):
        bound = 1 / np.sqrt(inputs)
        return {
            "weight": random.uniform(-bound, bound, (inputs, outputs)).astype(np.float32),
            "bias": np.zeros(outputs, np.float32),
        }

    return [layer(64, 128), layer(128, 10)]


def logits_of(weights, images):
    """Plain operators, so that NumPy takes it as well as JAX."""
    hidden, output = weights
    signal = images @ hidden["weight"] + hidden["bias"]
    return (signal * (signal > 0)) @ output["weight"] + output["bias"]


def loss_of(weights, images, labels):
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits_of(weights, images)), labels[:, None], axis=1)
    return -chosen.mean()


def adam(state, gradients):
    weights, means, squares, step = state
    step = step + 1
    means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradients)
    squares = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, squares, gradients)

    def moved(weight, mean, square):
        return weight - RATE * (mean / (1 - 0.9**step)) / (jnp.sqrt(square / (1 - 0.999**step)) + 1e-8)

    return jax.tree.map(moved, weights, means, squares), means, squares, step


@jax.jit
def train_epoch(state, images, labels):
    """One pass over batches of shape (steps, batch of all processes, ...)."""

    def train_step(state, batch):
        loss, gradients = jax.value_and_grad(loss_of)(state[0], *batch)
        return adam(state, gradients), loss

    state, losses = jax.lax.scan(train_step, state, (images, labels))
    return state, losses.mean()


def accuracy_of(weights, images, labels):
    return (logits_of(weights, images).argmax(axis=1) == labels).mean()


def join_job():
    """Meets the other processes at the coordinator, which is process 0 and listens where the others look for it."""
    world, rank = int(os.environ.get("NUM_PROCESSES", "1")), int(os.environ.get("PROCESS_ID", "0"))
    if world > 1:
        coordinator = f"{os.environ['COORDINATOR_ADDRESS']}:{os.environ['COORDINATOR_PORT']}"
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(coordinator, world, rank, coordinator_bind_address=coordinator)
    return rank, world


def main():
    rank, world = join_job()
    train_x, train_y, test_x, test_y = load()
    # Shares of one size: every process must take part in the same number of steps.
    steps = len(train_x) // world // BATCH
    share = steps * BATCH
    mine = slice(rank * share, (rank + 1) * share)
    x, y = train_x[mine], train_y[mine]
    print(f"rank={rank} world={world} samples={share}", flush=True)

    mesh = Mesh(np.array(jax.devices()), ("process",))
    whole, split = NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, PartitionSpec(None, "process"))
    weights = initial_weights()
    zeros = jax.tree.map(np.zeros_like, weights)
    state = (weights, zeros, zeros, np.zeros((), np.float32))
    state = jax.tree.map(lambda value: jax.make_array_from_process_local_data(whole, value), state)

    accuracy = 0.0
    for epoch in range(1, int(os.environ.get("EPOCHS", "30")) + 1):
        order = np.random.default_rng(epoch).permutation(share)
        images = jax.make_array_from_process_local_data(split, x[order].reshape(steps, BATCH, -1))
        labels = jax.make_array_from_process_local_data(split, y[order].reshape(steps, BATCH))
        state, loss = train_epoch(state, images, labels)
        if rank == 0:
            accuracy = float(accuracy_of(jax.device_get(state[0]), test_x, test_y))
            print(f"epoch={epoch} loss={float(loss):.4f} accuracy={accuracy:.4f}", flush=True)
        time.sleep(float(os.environ.get("PAUSE_SECONDS", "0")))

    if world > 1:
        jax.distributed.shutdown()
    if rank == 0:
        print(f"accuracy={accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
