"""A real Kubernetes control plane for tests, for the demo and for a person to play with.

``with ControlPlane() as cp:`` starts etcd, kube-apiserver and kube-controller-manager; the
programs are found, downloaded or built the first time. See docs/how-to/run-a-control-plane.md.
"""

from support.controlplane.client import Client
from support.controlplane.errors import CommandError, StartError, TestbedError
from support.controlplane.process import Process
from support.controlplane.server import ControlPlane

__all__ = ["Client", "CommandError", "ControlPlane", "Process", "StartError", "TestbedError"]
