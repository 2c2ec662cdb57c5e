"""Security: nobody is attacked, nothing harmful runs, and pods are confined."""

from aup.rules.security import pod_security, staff_access

RULES = (pod_security.RULE, staff_access.RULE)
