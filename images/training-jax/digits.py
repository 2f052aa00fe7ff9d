"""Trains a small network on scikit-learn's handwritten digits, on as many processes as the job has.

Each process learns from its own share of the data. After each step they exchange their gradients over gloo and go on with
the mean, so their weights stay equal. Process 0 prints a line for each epoch and, last of all, the accuracy on digits that
nobody trained on.

Environment: COORDINATOR_ADDRESS, COORDINATOR_PORT, NUM_PROCESSES and PROCESS_ID, which the controller sets; EPOCHS
(default 20); PAUSE_SECONDS after each epoch (default 0), for watching, or disturbing, a longer run.
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
from jax.sharding import NamedSharding, PartitionSpec

BATCH = 64
SEED = 7
RATE = 0.006
TEST_SHARE = 0.2
SHAPES = [(64, 128), (128,), (128, 10), (10,)]
EVERYBODY = "process"


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
    # Matrices as small numbers that depend on how many there are to add up, offsets as zero.
    parts = [
        random.uniform(-1, 1, shape) / np.sqrt(shape[0]) if len(shape) == 2 else np.zeros(shape) for shape in SHAPES
    ]
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)


def unpacked(weights):
    """The network's matrices and offsets. They lie in one vector, so that one exchange brings all their gradients."""
    ends = np.cumsum([np.prod(shape) for shape in SHAPES])
    return [weights[end - np.prod(shape) : end].reshape(shape) for end, shape in zip(ends, SHAPES)]


def logits_of(weights, images):
    """Plain operators, so that NumPy takes it as well as JAX."""
    inner, inner_offset, outer, outer_offset = unpacked(weights)
    signal = images @ inner + inner_offset
    return (signal * (signal > 0)) @ outer + outer_offset


def loss_of(weights, images, labels):
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits_of(weights, images)), labels[:, None], axis=1)
    return -chosen.mean()


def adam(state, gradient):
    weights, mean, square, step = state
    step = step + 1
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient * gradient
    change = (mean / (1 - 0.9**step)) / (jnp.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights - RATE * change, mean, square, step


def train_step(state, batch):
    loss, gradient = jax.value_and_grad(loss_of)(state[0], *batch)
    both = jax.lax.pmean(jnp.append(gradient, loss), EVERYBODY)
    return adam(state, both[:-1]), both[-1]


def train_epoch(state, images, labels):
    """One pass over this process's batches, in step with the others."""
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
        jax.distributed.initialize(
            coordinator, world, rank, coordinator_bind_address=coordinator, cluster_detection_method="deactivate"
        )
    return rank, world


def main():
    rank, world = join_job()
    train_x, train_y, test_x, test_y = load()
    # Shares of one size: every process must take part in the same number of steps.
    batch = min(BATCH, len(train_x) // world)
    steps = len(train_x) // world // batch
    share = steps * batch
    mine = slice(rank * share, (rank + 1) * share)
    x, y = train_x[mine], train_y[mine]
    print(f"rank={rank} world={world} samples={share}", flush=True)

    mesh = jax.make_mesh((world,), (EVERYBODY,))
    same, split = PartitionSpec(), PartitionSpec(None, EVERYBODY)
    learn = jax.jit(jax.shard_map(train_epoch, mesh=mesh, in_specs=(same, split, split), out_specs=(same, same)))

    def spread(value, how):
        return jax.make_array_from_process_local_data(NamedSharding(mesh, how), value)

    weights = initial_weights()
    state = [weights, np.zeros_like(weights), np.zeros_like(weights), np.zeros((), np.float32)]
    state = tuple(spread(value, same) for value in state)

    accuracy = 0.0
    for epoch in range(1, int(os.environ.get("EPOCHS", "20")) + 1):
        order = np.random.default_rng(epoch).permutation(share)
        images = spread(x[order].reshape(steps, batch, -1), split)
        labels = spread(y[order].reshape(steps, batch), split)
        state, loss = learn(state, images, labels)
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
