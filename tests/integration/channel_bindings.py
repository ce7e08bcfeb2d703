#!/usr/bin/env python3
"""An acceptor that insists on channel bindings (CbtHardeningLevel Strict) lets us in; without
them (--no-cbt) it does not, and the report says why."""
from support import lib


def main():
    with lib.Fleet(vms=3, mix="healthy", options=["--insist-cbt"]) as fleet:
        done, document = lib.scan(fleet, report=fleet.path / "bound.json")
        lib.check(document["totals"]["assessed"] == 3, f"bound: all assessed {document['totals']}")
        done, document = lib.scan(fleet, "--no-cbt", report=fleet.path / "unbound.json", status=11)
        lib.check(done.returncode == 11, f"unbound: incomplete is 11, not {done.returncode}")
        lib.check(document["totals"]["refused"] == 3, f"unbound: all refused {document['totals']}")
        attempt = document["hosts"][0]["attempts"][-1]
        lib.check(attempt["stage"] == "auth", f"unbound: the rung is auth, not {attempt['stage']}")
        lib.check("channel bindings" in attempt["hint"], f"unbound: the hint names them: {attempt}")
        # One attempt a host and no more: a refused credential is never tried again.
        lib.check_each(document["hosts"], lambda host: len(host["attempts"]) == 1, "no retry after 401")
    lib.finish()


main()
