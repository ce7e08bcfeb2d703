#!/usr/bin/env python3
"""Proves that a comparison of two ways sees what it has to, and excuses what is listed and no more: among others, a
lean path that is blind."""
from support import lib
from support.ways import LEAN, Comparison, Excuse, Seen

EXCUSES = (Excuse("EVT.X", "no log is read"), Excuse("OLD", "2008 R2 cannot tell", lambda vm: vm.build == 7601),
           Excuse("LIGHT", "it weighs less", lambda vm: vm.said("LIGHT") == "at_risk", instead="at_risk"))


def host(build=17763, verdict="ok", cause="none", **rules):
    findings = [{"rule": rule.replace("_", "."), "verdict": said, "severity": "critical",
                 "cause": "services" if said == "broken" else "none"} for rule, said in rules.items()]
    return {"root_cause": cause, "verdict": verdict, "facts": {"os": {"build": build}, "cert": {}}, "findings": findings}


def named(one):
    """The same with a cause."""
    for finding in one["findings"]:
        finding["cause"] = "services"
    return one


def light(one):
    """The same with findings of low severity."""
    for finding in one["findings"]:
        finding["severity"] = "low"
    return one


def complaints(wide, narrow):
    """Returns how many differences are seen."""
    before = len(lib.failures)
    comparison = Comparison("a way", EXCUSES)
    comparison.add("vm", "a profile", wide, narrow)
    count = len(lib.failures) - before
    del lib.failures[before:]
    return count


def logged(second, provider="Schannel", number=36870):
    """A VM whose collector began in second 10 of a minute, with an event of that second."""
    one = host(EVT_SCHANNEL="at_risk")
    one["facts"].update(collector={"utc": "2026-11-23T03:00:10Z"}, hs=[{"from": "guest", "stage": "tls"}], evt=[
        {"prov": provider, "id": number, "utc": f"2026-11-23T03:00:{second:02}Z"}])
    return one


def check_own_events():
    """What Schannel says of our own handshake has to come by the lean profile as well; what it said before cannot."""
    excuse = next(excuse for excuse in LEAN if "EVT.SCHANNEL" in excuse.rules.split())
    silent, refused, outside, ours = logged(10), logged(10), logged(10), logged(10)
    del silent["facts"]["evt"]
    refused["facts"]["hs"][0]["stage"] = "connect"
    outside["facts"]["hs"][0]["from"] = "outside"
    ours["findings"][0]["verdict"] = "ok"
    cases = {"while it was made": (logged(8), False), "afterwards": (logged(11), False), "before": (logged(7), True),
             "by another": (logged(10, "TermService"), True), "an alert": (logged(10, number=36888), True),
             "the first": (logged(10, number=36869), False), "the last": (logged(10, number=36874), False),
             "another number": (logged(10, number=36875), True), "nothing": (silent, True),
             "without TLS": (refused, True), "of a client outside": (outside, True), "that was nothing": (ours, True)}
    for what, (wide, wanted) in cases.items():
        lib.check(excuse.where(Seen("a profile", wide)) == wanted, f"an event {what}: is it excused: not {wanted}")


def unused():
    before = len(lib.failures)
    comparison = Comparison("a way", EXCUSES)
    comparison.add("vm", "a profile", host(EVT_X="ok"), host(verdict="unknown", EVT_X="unknown"))
    comparison.finish(1)
    count = len(lib.failures) - before
    del lib.failures[before:]
    return count


def main():
    wide = host(EVT_X="ok", KEY="ok")
    cases = {
        "equal": (wide, wide, 0),
        "an excuse": (wide, host(verdict="unknown", EVT_X="unknown", KEY="ok"), 0),
        "a blind way": (wide, host(EVT_X="unknown", KEY="unknown"), 1),
        "ok is not not_applicable": (wide, host(EVT_X="ok", KEY="not_applicable"), 1),
        "an excuse is for unknown": (wide, host(EVT_X="at_risk", KEY="ok"), 1),
        "another build": (host(OLD="ok"), host(OLD="unknown"), 1),
        "that build": (host(build=7601, OLD="ok"), host(build=7601, OLD="unknown"), 0),
        "it weighs less, as listed": (named(host(verdict="at_risk", cause="services", LIGHT="at_risk")),
                                      light(named(host(LIGHT="at_risk"))), 0),
        "another one weighs less": (named(host(verdict="at_risk", cause="services", KEY="at_risk")),
                                    light(named(host(KEY="at_risk"))), 1),
        "a rule is missing": (wide, host(KEY="ok"), 1),
        "nothing is judged": (host(), host(), 1),
        "the verdict alone": (wide, host(verdict="broken", cause="services", EVT_X="ok", KEY="ok"), 1),
        "what carried it is excused": (host(verdict="broken", cause="services", EVT_X="broken"),
                                       host(EVT_X="unknown"), 0),
        "broken is not unknown, whatever else is": (host(verdict="broken", cause="services", EVT_X="ok", KEY="broken"),
                                                    host(verdict="unknown", EVT_X="unknown", KEY="broken"), 1),
        "it was carried by another": (host(verdict="broken", cause="services", EVT_X="broken", KEY="broken"),
                                      host(EVT_X="unknown", KEY="broken"), 1),
    }
    for what, (one, other, wanted) in cases.items():
        seen = complaints(one, other)
        lib.check(seen == wanted, f"{what}: {seen} complaints, not {wanted}")
    check_own_events()
    lib.check(unused() == 2, "an excuse that no VM needs is one too many")
    lib.finish()


main()
