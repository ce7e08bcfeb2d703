"""A fix over the serial console: planned from a scan that way, applied, verified and undone that way. It takes long
because a console takes what is typed at the pace of its screen, and each step is a visit of its own; it waits for
nearly all of that time."""
from support import lib
from support.fix_lib import there_and_back
from support.serial_lib import Consoles

with Consoles(2, "happy-stream,happy-differences", mix="one:key_acl_missing", options=["--states-at-end"]) as fleet:
    there_and_back(fleet, ("-i", fleet.defaults(), "--all-subscriptions", "--azure-cloud", fleet.cloud,
                           "--azure-ca-file", fleet.ca, "--retries", "0"), fleet.application(), "serial")
    _, consoles = fleet.ended()
    lib.check_each(consoles.values(), lambda console: console["left_open"] == 0, "no channel is left open")
lib.finish()
