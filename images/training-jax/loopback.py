"""For pods that are processes of one machine: keeps gloo on the loopback address when the job's coordinator is on it.

Gloo listens on whatever the machine's own name stands for. On a laptop that may be an address that the neighbours reach,
or nothing at all, and then JAX does not start. JAX has no setting for it, but the function below it has.
"""

import ipaddress
import os
import socket


def coordinator_is_here():
    try:
        address = socket.gethostbyname(os.environ.get("COORDINATOR_ADDRESS", ""))
        return ipaddress.ip_address(address).is_loopback
    except (OSError, ValueError):
        return False


if coordinator_is_here():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # as JAX itself does, but only later
    from jaxlib import _jax

    make_collectives = _jax.make_gloo_tcp_collectives
    _jax.make_gloo_tcp_collectives = lambda **options: make_collectives(**{"hostname": "127.0.0.1", **options})
