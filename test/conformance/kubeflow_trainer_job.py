"""Drives TrainJobs with Kubeflow's unchanged TrainerClient; prints one JSON line for each step it got through."""

import json
import sys

from kubeflow.common.types import KubernetesBackendConfig
from kubeflow.trainer import CustomTrainer, TrainerClient

namespace, nodes = sys.argv[1], int(sys.argv[2])
with_logs = "--logs" in sys.argv


def step(what, **values):
    print(json.dumps({"step": what, **values}), flush=True)


def train_digits(message):
    import os

    names = ["PET_NNODES", "PET_NODE_RANK", "PET_MASTER_ADDR", "PET_MASTER_PORT", "PET_NPROC_PER_NODE"]
    print(message, *(f"{name}={os.environ[name]}" for name in names), flush=True)


client = TrainerClient(backend_config=KubernetesBackendConfig(namespace=namespace))
step("runtimes", runtimes={runtime.name: runtime.trainer.framework for runtime in client.list_runtimes()})
runtime = client.get_runtime("torch-distributed")
name = client.train(
    runtime=runtime,
    trainer=CustomTrainer(func=train_digits, func_args={"message": "hello"}, num_nodes=nodes, resources_per_node={"cpu": "100m"}),
)
step("created", name=name, status=client.get_job(name).status)
client.wait_for_job_status(name, status={"Running", "Complete"}, timeout=120, polling_interval=1)
step("running", steps=[item.name for item in client.get_job(name).steps])
done = client.wait_for_job_status(name, timeout=120, polling_interval=1)
step("complete", status=done.status, nodes=done.num_nodes, steps=[[item.name, item.status] for item in done.steps])
if with_logs:
    step("logs", logs=[line for index in range(nodes) for line in client.get_job_logs(name, step=f"node-{index}")])
step("events", kinds=sorted({event.involved_object_kind for event in client.get_job_events(name)}))
step("listed", listed=name in [item.name for item in client.list_jobs(runtime=runtime)])
client.delete_job(name)
step("deleted", listed=name in [item.name for item in client.list_jobs()])
