#!/usr/bin/env python3
"""Compares what the operator was granted with what it used: `rights.py OFFSET ACCOUNT…`, after a whole end-to-end run.

OFFSET is where the run began in SERIN_AUDIT_LOG; an ACCOUNT is "namespace:name" of a release's service account. Fails
for a right of the chart that nothing used and EXCEPTIONS does not explain, for an exception that was used after all,
and for a request that the authorizer refused. Requests that name no object (/version, discovery) are not audited; the
cluster's own role system:discovery grants them to everybody."""

import os
import pathlib
import shlex
import subprocess
import sys

import yaml

from harness.operator import AuditLog, resource_of

CHART = pathlib.Path(__file__).resolve().parents[2] / "charts" / "serin"

LISTED = (("serin.dev", "modeldeployments"), ("apps", "replicasets"), ("", "services"),
          ("discovery.k8s.io", "endpointslices"))

# Rights that an end-to-end run need not use: (API group, resource, verb): why the operator has them.
EXCEPTIONS = {
    ("serin.dev", "modeldeployments/finalizers", "update"):
        "asked for when an owner is named by clusters with OwnerReferencesPermissionEnforcement, which ours is not",
    ("apps", "replicasets", "get"): "only when a creation is answered with AlreadyExists: whose object is it?",
    ("", "services", "get"): "likewise",
    ("", "configmaps", "create"): "only when an hour ended in which a version with reference.stable served",
    ("", "configmaps", "patch"): "likewise",
    ("events.k8s.io", "events", "patch"): "only for an event that happens again within six minutes",
    **{(group, resource, "list"): "only where the server streams no lists, or broke off one"
       for group, resource in LISTED},
}
# Exceptions that some runs use: they depend on the server, on when the operator is killed and on what happens twice.
BY_CHANCE = {("apps", "replicasets", "get"), ("", "services", "get"), ("events.k8s.io", "events", "patch"),
             ("", "configmaps", "create"), ("", "configmaps", "patch"),
             *((group, resource, "list") for group, resource in LISTED)}

# Refused, and rightly: helm uninstall takes the Role away while the pod still renews its Lease, looks at it when that
# failed, or gives it back.
AT_UNINSTALL = {("coordination.k8s.io", "leases", "get"), ("coordination.k8s.io", "leases", "update")}

# Refused in the tests of credentials and of identities, until they grant it for one Secret or one service account of
# their own namespace, as tenants do.
GRANTED_BY_TENANTS = {("", "secrets", "get"), ("", "serviceaccounts/token", "create")}


def granted():
    """{(API group, resource, verb, "own namespace" or "everywhere")} of the chart as it is by default."""
    helm = shlex.split(os.environ.get("SERIN_HELM", "helm"))
    text = subprocess.run([*helm, "template", "serin", str(CHART), "--namespace", "serin"], check=True, text=True,
                          capture_output=True).stdout
    objects = [o for o in yaml.safe_load_all(text) if o]
    bound = {(b["roleRef"]["kind"], b["roleRef"]["name"]) for b in objects
             if b["kind"].endswith("RoleBinding") and b["subjects"][0]["kind"] == "ServiceAccount"}
    return {(group, resource, verb, "own namespace" if role["kind"] == "Role" else "everywhere")
            for role in objects if (role["kind"], role["metadata"]["name"]) in bound
            for rule in role["rules"] for group in rule["apiGroups"] for resource in rule["resources"]
            for verb in rule["verbs"]}


def used(log, account):
    """The same of the audit log, and the requests that were refused for want of a right."""
    namespace, name = account.split(":")
    rights, refused = set(), set()
    for event in log.events(f"system:serviceaccount:{namespace}:{name}"):
        what = event.get("objectRef", {})
        where = "own namespace" if what.get("namespace") == namespace else "everywhere"
        right = (what.get("apiGroup", ""), resource_of(what), event["verb"], where)
        allowed = event.get("annotations", {}).get("authorization.k8s.io/decision") != "forbid"
        (rights if allowed else refused).add(right)
    return rights, refused


def problems(chart, rights, refused):
    """What is wrong, a sentence each."""
    for right in sorted(refused):
        if right[:3] in AT_UNINSTALL | GRANTED_BY_TENANTS and right in rights:
            continue
        yield f"missing: {words(right)} was refused"
    for right in sorted(chart - rights):
        if right[:3] not in EXCEPTIONS:
            yield f"unused: {words(right)} is granted, and nothing used it"
    for right in sorted(rights):
        if right[:3] in EXCEPTIONS and right[:3] not in BY_CHANCE:
            yield f"used after all: {words(right)} needs no exception"
    for exception in sorted(set(EXCEPTIONS) - {right[:3] for right in chart}):
        yield f"not granted: the exception {' '.join(exception)} explains nothing"


def words(right):
    group, resource, verb, where = right
    return f"{verb} {resource}{'.' + group if group else ''} ({where})"


def main(offset, accounts):
    log, chart = AuditLog(int(offset)), granted()
    rights, refused = set(), set()
    for account in accounts:
        more, denied = used(log, account)
        assert more, f"{account} asked for nothing: is this its name?"
        rights, refused = rights | more, refused | denied
    found = list(problems(chart, rights, refused))
    print("\n".join(found or [f"all {len(chart)} rights are used or explained, and none is missing"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
