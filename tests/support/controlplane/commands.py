"""The command lines of the control plane's processes, and the files that they read."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization

from support.controlplane.credentials import Authority, new_key, pem

ISSUER = "https://kubernetes.default.svc.cluster.local"
SERVICE_CIDR = "10.96.0.0/16"
SERVICE_CIDR_OPTION = f"--service-cluster-ip-range={SERVICE_CIDR}"
AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: Metadata, userGroups: ["system:serviceaccounts:aup-system"]}
- {level: None}
"""
"""What the operator's ServiceAccounts ask, so that tests can compare it with RBAC."""


def write_credentials(folder: Path, authority: Authority, admin_token: str) -> None:
    """Write certificates, the key of ServiceAccount tokens and the administrator's token."""
    server = authority.server()
    accounts = new_key()
    public = accounts.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    contents = {
        "ca.crt": authority.certificate,
        "server.crt": server.certificate,
        "server.key": server.key,
        "accounts.key": pem(accounts),
        "accounts.pub": public,
        "audit.yaml": AUDIT_POLICY.encode(),
        "tokens.csv": f'{admin_token},admin,admin,"system:masters"\n'.encode(),
    }
    for name, content in contents.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(content)


def etcd(folder: Path, port: int, peer_port: int) -> list[str]:
    """Return etcd's options: one member, which forgets everything with the run."""
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",  # nothing has to survive a power cut
        "--socket-reuse-port",  # see ports.reserved
        "--log-level=warn",
    ]


def kube_apiserver(folder: Path, port: int, etcd_port: int) -> list[str]:
    """Return the API server's options: those of a usual cluster, on loopback."""
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        "--permit-port-sharing",  # see ports.reserved
        f"--tls-cert-file={folder / 'server.crt'}",
        f"--tls-private-key-file={folder / 'server.key'}",
        f"--client-ca-file={folder / 'ca.crt'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        f"--service-account-issuer={ISSUER}",
        f"--service-account-key-file={folder / 'accounts.pub'}",
        f"--service-account-signing-key-file={folder / 'accounts.key'}",
        SERVICE_CIDR_OPTION,
        "--authorization-mode=RBAC",
        f"--audit-policy-file={folder / 'audit.yaml'}",
        f"--audit-log-path={folder / 'audit.log'}",
        "--allow-privileged=true",
        "--endpoint-reconciler-type=none",  # loopback is not a valid endpoint
        # A machine without a default route (a build machine, a network namespace) would end it.
        "--advertise-address=127.0.0.1",
    ]


def controllers(folder: Path, kubeconfig: Path) -> list[str]:
    """Return the controller manager's options: all controllers but those that judge nodes."""
    return [
        f"--kubeconfig={kubeconfig}",
        f"--root-ca-file={folder / 'ca.crt'}",
        f"--service-account-private-key-file={folder / 'accounts.key'}",
        SERVICE_CIDR_OPTION,
        # As kubeadm does: each controller acts under its own ServiceAccount and RBAC role.
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        # The default of 20 requests a second would make its start last three seconds longer.
        "--kube-api-qps=500",
        "--kube-api-burst=500",
        "--secure-port=0",
        # Nobody renews the leases of nodes without kubelets.
        "--controllers=*,-nodeipam,-nodelifecycle",
    ]
