#!/usr/bin/env python3
"""What the reading of a disk of a real machine's size costs, in requests and bytes.

The disk is that of support/real_disk.py. Nothing is mounted, nothing needs root.
"""
import pathlib
import tempfile

from support import lib, windows_disk as wd
from support.disk_images import ask
from support.real_disk import generation_2

MOST_REQUESTS, MOST_BYTES = 100, 10_000_000


def main():
    with tempfile.TemporaryDirectory(prefix="disk_cost") as name:
        folder, scratch = pathlib.Path(name), pathlib.Path(name) / "scratch"
        scratch.mkdir()
        disk = generation_2(folder, scratch)
        document, cost = ask(disk, "facts", "cost")
        print(cost, "in", document.get("collector"), "disk:", document.get("disk"))
        lib.check(0 < cost["requests"] <= MOST_REQUESTS, f"requests: {cost}")
        lib.check(0 < cost["bytes"] <= MOST_BYTES, f"bytes: {cost}")
        # And it is no cheap failure: all of it was read.
        hives = {one["n"]: (one["state"], one.get("entries")) for one in document["disk"]["hives"]}
        lib.check(hives == {"SYSTEM": ("replayed", 24), "SOFTWARE": ("clean", None), "BCD": ("clean", None)},
                  f"hives: {hives}")
        lib.check(document["listener"]["port"] == 3389 and len(document["svc"]) >= 7, "SYSTEM")
        lib.check(document["os"]["machine_guid"] == wd.GUID and len(document["cert"]["store"]) == 1, "SOFTWARE")
        keys = document["keys"]
        lib.check(keys["files"][0]["n"] == wd.RDP_KEY and len(keys["files"]) == 64 and keys["other_count"] == 57,
                  f"keys: {keys['files'][:1]} {len(keys['files'])} {keys['other_count']}")
        lib.check_each(keys["files"], lambda file: file["sddl"].startswith("O:SYD:PAI(A;;FA;;;SY)"), "rights")
        lib.check("evt_until_utc" in document and "evt_oldest_utc" in document, "events")
        # The logs for which there is none here, and nothing else.
        wrong = [one for one in document["unread"] if one["why"] != "offline"]
        lib.check(sorted((one["ptr"], one["why"]) for one in wrong) == [
            ("/evt/LSM/16", "absent"), ("/evt/NTLM/4002", "absent"), ("/evt/RdpCoreTS/131", "absent"),
            ("/evt/RdpCoreTS/140", "absent"), ("/evt/TermService/261", "absent"),
            ("/keys/cng_files", "absent")], f"{wrong}")
    lib.finish()


main()
