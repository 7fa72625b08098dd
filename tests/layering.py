#!/usr/bin/env python3
"""Fails when an #include under src/ or operator/ breaks the table of src/README.md: layering.py ROOT."""
import pathlib
import re
import sys

ALLOWED = {
    "base": set(),
    "kube": {"base"},
    "net": {"base", "kube"},
    "cache": {"base", "kube", "net"},
    "api": {"base"},
    "judge": {"base", "api"},
    "plan": {"base", "api"},
    "routing": {"base", "api"},
    "signals": {"base", "api", "net"},
    "sources": {"base", "api", "net"},
    "fetch": {"base", "api", "sources"},
    "apply": {"base", "kube", "api", "net"},
    "runtime": {"base", "kube", "net", "cache", "api", "judge", "plan", "routing", "signals", "sources", "apply"},
}
# Only the interface of net may be seen from above; its implementation is wired in operator/ alone.
NET_INTERFACE = {"net/transport.h", "net/channel.h"}
# third-party include prefix -> where it may appear (folders, or single files)
THIRD_PARTY = {
    "cpprest/": {"net/*.cc"},
    "pplx/": {"net/*.cc"},
    "openssl/": {"base/sha256.cc", "base/md5.cc", "net/*.cc", "sources/hmac.cc", "sources/rsa.cc", "fetch/signature.cc"},
    "pugixml": {"sources/s3_answers.cc", "sources/azure_answers.cc", "sources/sts_answers.cc"},
    "yaml-cpp/": {"kube/kubeconfig*", "sources/mlmodel.cc"},
    "nlohmann/": {"kube/*", "api/*", "routing/*", "signals/*", "sources/*", "apply/*", "runtime/*"},
    "curl/": {"fetch/curl_client.cc"},
    "archive": {"fetch/unpack.cc", "fetch/archive_source.cc"},
    "prometheus/": {"runtime/*metrics*"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def check(root: pathlib.Path) -> list[str]:
    faults = []
    source = root / "src"
    for path in sorted(source.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        relative = path.relative_to(source)
        folder = relative.parts[0]
        if folder not in ALLOWED:
            faults.append(f"src/{relative}: folder '{folder}' is not in the table of src/README.md")
            continue
        for kind, name in INCLUDE.findall(path.read_text()):
            if kind == '"':
                target = name.split("/")[0]
                if "/" not in name or (target != folder and target not in ALLOWED[folder]):
                    faults.append(f"src/{relative}: {folder} may not include {name}")
                elif target == "net" and folder != "net" and name not in NET_INTERFACE:
                    faults.append(f"src/{relative}: only net's interface may be included, not {name}")
            for prefix, places in THIRD_PARTY.items():
                if name.startswith(prefix) and not any(relative.match(place) for place in places):
                    faults.append(f"src/{relative}: {name} is allowed only in {', '.join(sorted(places))}")
    return faults


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    faults = check(root)
    for fault in faults:
        print(fault)
    for folder in ALLOWED:
        if not list((root / "src" / folder).glob("*.h")):
            print(f"src/{folder} has no header: is the table out of date?")
            return 1
    print(f"layering: {len(faults)} broken includes")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
