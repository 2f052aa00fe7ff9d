"""Drives one PyTorchJob with upstream's unchanged TrainingClient; prints one JSON line for each step it got through."""

import json
import sys
import time

from kubeflow.training import (
    KubeflowOrgV1PyTorchJob,
    KubeflowOrgV1PyTorchJobSpec,
    KubeflowOrgV1ReplicaSpec,
    KubeflowOrgV1RunPolicy,
    TrainingClient,
    constants,
)
from kubernetes import client

namespace, name, image, command = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
with_logs = "--logs" in sys.argv


def step(what, **values):
    print(json.dumps({"step": what, **values}), flush=True)


def replica(count):
    container = client.V1Container(name="pytorch", image=image, command=command, image_pull_policy="IfNotPresent")
    # Fake nodes keep ordinary pods away; pods whose logs are read must really run.
    tolerations = None if with_logs else [client.V1Toleration(operator="Exists")]
    spec = client.V1PodSpec(containers=[container], tolerations=tolerations)
    template = client.V1PodTemplateSpec(spec=spec, metadata=client.V1ObjectMeta(annotations={}))
    return KubeflowOrgV1ReplicaSpec(replicas=count, restart_policy="OnFailure", template=template)


training = TrainingClient(namespace=namespace, job_kind=constants.PYTORCHJOB_KIND)
job = KubeflowOrgV1PyTorchJob(
    api_version=constants.API_VERSION,
    kind=constants.PYTORCHJOB_KIND,
    metadata=client.V1ObjectMeta(name=name, namespace=namespace),
    spec=KubeflowOrgV1PyTorchJobSpec(
        run_policy=KubeflowOrgV1RunPolicy(clean_pod_policy="None"),
        pytorch_replica_specs={"Master": replica(1), "Worker": replica(1)},
    ),
)
training.create_job(job)
step("created")
training.wait_for_job_conditions(name, expected_conditions={constants.JOB_CONDITION_RUNNING}, wait_timeout=120, polling_interval=1)
step("running", pods=sorted(training.get_job_pod_names(name)))
if with_logs:
    # Ends with the Master's own end; the client prints each line as well.
    followed, _ = training.get_job_logs(name, follow=True)
    step("followed", logs=followed)
training.wait_for_job_conditions(name, wait_timeout=120, polling_interval=1)
step("succeeded", succeeded=training.is_job_succeeded(name), conditions=[c.type for c in training.get_job_conditions(name)])
if with_logs:
    logs, events = training.get_job_logs(name, is_master=False, verbose=True)
    step("logs", logs=logs, events=events)
    workers = training.get_job_pods(name, replica_type="worker", replica_index=0)
    step("worker", pods=[{"name": pod.metadata.name, "phase": pod.status.phase} for pod in workers])
step("listed", jobs=[item.metadata.name for item in training.list_jobs()])
training.delete_job(name)
for _ in range(60):
    if name not in [item.metadata.name for item in training.list_jobs()]:
        break
    time.sleep(0.5)
step("deleted", jobs=[item.metadata.name for item in training.list_jobs()])
