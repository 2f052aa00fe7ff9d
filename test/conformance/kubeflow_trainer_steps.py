"""Fine-tunes a model and trains over MPI with Kubeflow's unchanged TrainerClient; prints one JSON line for each step."""

import json
import sys

from kubeflow.common.types import KubernetesBackendConfig
from kubeflow.trainer import (
    BuiltinTrainer,
    CustomTrainer,
    HuggingFaceDatasetInitializer,
    HuggingFaceModelInitializer,
    Initializer,
    TorchTuneConfig,
    TrainerClient,
)

(namespace,) = sys.argv[1:]


def step(what, **values):
    print(json.dumps({"step": what, **values}), flush=True)


def train():
    print("trained")


client = TrainerClient(backend_config=KubernetesBackendConfig(namespace=namespace))
tuned = client.train(
    runtime="torchtune-llama3.2-1b",
    initializer=Initializer(
        dataset=HuggingFaceDatasetInitializer(storage_uri="hf://tatsu-lab/alpaca/data"),
        model=HuggingFaceModelInitializer(storage_uri="hf://meta-llama/Llama-3.2-1B-Instruct", access_token="secret"),
    ),
    trainer=BuiltinTrainer(config=TorchTuneConfig(epochs=2, batch_size=8)),
)
launched = client.train(runtime="deepspeed-distributed", trainer=CustomTrainer(func=train, num_nodes=3))
for what, name in (("tuned", tuned), ("launched", launched)):
    done = client.wait_for_job_status(name, timeout=120, polling_interval=1)
    step(what, name=name, status=done.status, nodes=done.num_nodes, steps=sorted([item.name, item.status] for item in done.steps))

failing = client.train(runtime="jax-distributed", trainer=CustomTrainer(func=train))
try:
    client.wait_for_job_status(failing, timeout=120, polling_interval=1)
except RuntimeError as error:
    step("failed", name=failing, error=str(error), status=client.get_job(failing).status)
for name in (tuned, launched, failing):
    client.delete_job(name)
step("deleted", jobs=[item.name for item in client.list_jobs()])
