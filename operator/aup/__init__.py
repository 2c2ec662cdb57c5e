"""AUP Operator: a hosting provider's Acceptable Use Policy, enforced on Kubernetes."""

__version__ = "0.1.0"
