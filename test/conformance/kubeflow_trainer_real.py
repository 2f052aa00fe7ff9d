"""Trains a function on a real cluster with Kubeflow's unchanged TrainerClient; prints one JSON line for each step."""

import json
import sys

from kubeflow.common.types import KubernetesBackendConfig
from kubeflow.trainer import CustomTrainer, TrainerClient
from kubeflow.trainer.options import (
    Annotations,
    ContainerPatch,
    JobSetSpecPatch,
    JobSetTemplatePatch,
    JobSpecPatch,
    JobTemplatePatch,
    PodSpecPatch,
    PodTemplatePatch,
    ReplicatedJobPatch,
    RuntimePatch,
    TrainingRuntimeSpecPatch,
)

namespace, image, packages = sys.argv[1:4]


def step(what, **values):
    print(json.dumps({"step": what, **values}), flush=True)


def train_digits(epochs, pause):
    import os
    import sys
    import time

    # The client's own package, from a volume: newer than what the image may have of the same name.
    sys.path.insert(0, "/packages")
    import torch
    import torch.distributed as dist
    from kubeflow.trainer import update_trainjob_status
    from sklearn.datasets import load_digits
    from torch.nn.parallel import DistributedDataParallel

    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    print("rank={} world={} node={} of {}".format(rank, world, os.environ["PET_NODE_RANK"], os.environ["PET_NNODES"]), flush=True)
    torch.manual_seed(7)
    x, y = load_digits(return_X_y=True)
    x, y = torch.tensor(x / 16.0, dtype=torch.float32), torch.tensor(y)
    network = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    model = DistributedDataParallel(network)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    mine = torch.arange(rank, 1500, world)
    for epoch in range(1, epochs + 1):
        for batch in mine.split(64):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
        if rank == 0:
            print("epoch={} loss={:.4f}".format(epoch, loss.item()), flush=True)
            if epoch == 2:
                done = update_trainjob_status(100 * epoch // epochs, 120, {"epoch": epoch, "loss": round(loss.item(), 4)})
                print("reported={}".format(done), flush=True)
        time.sleep(pause)
    right = (network(x[1500:]).argmax(dim=1) == y[1500:]).float().mean().item()
    dist.destroy_process_group()
    print("rank={} accuracy={:.3f}".format(rank, right), flush=True)


def with_packages(path):
    """A patch of the runtime that mounts a folder of the node where the function looks for packages."""
    pod = PodSpecPatch(
        volumes=[{"name": "packages", "hostPath": {"path": path, "type": "Directory"}}],
        containers=[ContainerPatch(name="node", volume_mounts=[{"name": "packages", "mountPath": "/packages", "readOnly": True}])],
    )
    job = ReplicatedJobPatch(name="node", template=JobTemplatePatch(spec=JobSpecPatch(template=PodTemplatePatch(spec=pod))))
    template = JobSetTemplatePatch(spec=JobSetSpecPatch(replicated_jobs=[job]))
    return RuntimePatch(training_runtime_spec=TrainingRuntimeSpecPatch(template=template))


client = TrainerClient(backend_config=KubernetesBackendConfig(namespace=namespace))
step("runtimes", runtimes={runtime.name: runtime.trainer.framework for runtime in client.list_runtimes()})
runtime = client.get_runtime("torch-distributed")
step("runtime", kind=runtime.kind.value, nodes=runtime.trainer.num_nodes)
name = client.train(
    runtime=runtime,
    trainer=CustomTrainer(func=train_digits, func_args={"epochs": 12, "pause": 0.2}, image=image, num_nodes=2),
    options=[Annotations({"armature.dev/report-progress": "true"}), with_packages(packages)],
)
step("created", name=name, status=client.get_job(name).status)
running = client.wait_for_job_status(name, status={"Running"}, timeout=120, polling_interval=1)
step("running", status=running.status, steps=[[item.name, item.pod_name] for item in running.steps])
followed = []
for line in client.get_job_logs(name, follow=True):
    # Read while the job runs: a client that waits for the end would see Complete here.
    if not followed:
        step("following", status=client.get_job(name).status)
    followed.append(line)
step("followed", lines=followed)
done = client.wait_for_job_status(name, timeout=60, polling_interval=1)
step("complete", status=done.status, nodes=done.num_nodes, steps=[[item.name, item.status] for item in done.steps])
step("logs", lines=list(client.get_job_logs(name, step="node-1")))
events = client.get_job_events(name)
step("events", events=sorted({"{} {}".format(event.involved_object_kind, event.reason) for event in events}))
custom_api = client.backend.custom_api
stored = custom_api.get_namespaced_custom_object("trainer.kubeflow.org", "v1alpha1", namespace, "trainjobs", name)
step("reported", status=stored["status"]["trainerStatus"])
step("listed", listed=name in [item.name for item in client.list_jobs(runtime=runtime)])
client.delete_job(name)
step("deleted", listed=name in [item.name for item in client.list_jobs()])
