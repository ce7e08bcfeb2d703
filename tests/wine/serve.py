#!/usr/bin/env python3
"""Stands behind a simulated fleet, or a real sshd, as the powershell.exe of its machines: the prefix becomes the
machine that a request names, and the script runs on Wine. Requests and answers are those of
tests/powershell/Serve.cs. SERVED gets a line for each script: the machine's name and what the fleet says of it.

usage: serve.py HOST.exe PREFIX STATES SERVED serve
"""
import json
import sys

import machine
import wine


def main():
    host, folder, states, served, _ = sys.argv[1:]
    answers = sys.stdout
    with wine.prefix(host, folder) as prefix, open(served, "a", encoding="utf-8") as log:
        place = machine.Place(prefix, machine.machines(states))
        for line in sys.stdin:
            request = json.loads(line)
            one = machine.Machine(request["machine"])
            place.become(one)
            answer = prefix.ask(do="serve", command=request["command"], environment=request["environment"],
                                input=request.get("input") or "")
            prefix.scripts += 1
            log.write(json.dumps([one.name, one.facts]) + "\n")
            log.flush()
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


main()
