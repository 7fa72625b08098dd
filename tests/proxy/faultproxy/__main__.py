"""python3 -m faultproxy: see --help."""

import argparse
import asyncio
import json
import pathlib
import ssl
import sys

from . import plan as plans
from .server import Server, upstream_maker
from .way import Way

HELP = """Commands come as JSON lines on standard input: {"plan": {…}} arms a plan, {"plan": null} disarms,
{"operator": PID} says whom to kill and pause, {"operator": null} that there is nobody, {"clock": FILE} where libfaketime
reads how far the operator's clock is off. Each is answered by {"log": "done"} or {"log": "error", "message": …}. Standard
output has a JSON line for everything that happens. The end of standard input ends the proxy and the operator: nothing is
left of a test that was broken off."""


def arguments():
    parser = argparse.ArgumentParser(prog="faultproxy", description=__doc__, epilog=HELP)
    parser.add_argument("--upstream", required=True, metavar="HOST:PORT", help="the real API server")
    parser.add_argument("--upstream-ca", required=True, metavar="FILE", help="whose certificates it must have")
    parser.add_argument("--certificate", required=True, metavar="FILE", help="shown to the operator")
    parser.add_argument("--key", required=True, metavar="FILE")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0: any, told on standard output")
    parser.add_argument("--plan", metavar="FILE", help="armed at the start")
    parser.add_argument("--check", action="store_true", help="only check the plan file")
    return parser


def say(record):
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def obey(way, line):
    try:
        command = json.loads(line)
        if "plan" in command:
            way.arm(plans.from_json(command["plan"]) if command["plan"] else None)
        elif "operator" in command:
            way.victim.pid = command["operator"] and int(command["operator"])
        elif "clock" in command:
            way.victim.clock = command["clock"]
        else:
            raise ValueError(f"unknown command {line.strip()!r}")
    except (plans.PlanError, ValueError, TypeError) as error:
        return say({"log": "error", "message": str(error)})
    say({"log": "done"})


async def serve(options, plan):
    way = Way(say)
    way.arm(plan)
    outside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    outside.load_cert_chain(options.certificate, options.key)
    host, port = options.upstream.rsplit(":", 1)
    maker = upstream_maker((host, int(port)), ssl.create_default_context(cafile=options.upstream_ca))
    server = Server(way, maker, port=options.port, tls=outside)
    await server.start()
    say({"log": "listening", "port": server.port})
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        obey(way, line)
    await server.stop()
    way.victim.end()


def main():
    if "--check" in sys.argv:
        files = [word for word in sys.argv[1:] if word != "--check"]
        for file in files:
            plans.load(pathlib.Path(file))
            print(f"{file}: good")
        return 0
    options = arguments().parse_args()
    asyncio.run(serve(options, plans.load(options.plan) if options.plan else None))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (plans.PlanError, OSError) as failure:
        sys.exit(f"faultproxy: {failure}")
