"""Security: nobody is attacked, nothing harmful runs, and pods are confined."""

from aup.rules.security import malware, pod_security, staff_access, tools

RULES = (tools.RULE, malware.RULE, pod_security.RULE, staff_access.RULE)
