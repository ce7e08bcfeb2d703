#!/usr/bin/env python3
"""Round trips per host: 8 with TLS 1.3 and NTLM, 7 with Kerberos; counted by the client, and from
outside by a proxy that only sees who begins to speak."""
from support import lib

INVENTORY = """version: 1
credentials:
  fleet: {{ username: '{user}', password: {{ env: RDPSWEEP_PASSWORD }} }}
targets:
  - {{ name: vm, address: {address}, credential: fleet, winrm: {{ port: {port}, auth: {auth}{pin} }} }}
"""


def measure(fleet, auth, user, environment, address="127.0.0.1"):
    """One host through the counting proxy. Returns (client's count, proxy's count, host)."""
    proxy = lib.CountingProxy(fleet.truth()[0]["address"], fleet.port)
    inventory = fleet.path / f"{auth}.yaml"
    inventory.write_text(INVENTORY.format(user=user, address=address, port=proxy.port, auth=auth, pin=""))
    # The certificate is for the VM's address, not for the proxy's.
    done, document = lib.scan(fleet, "--insecure", inventory=inventory,
                              report=fleet.path / f"{auth}.json", environment=environment)
    host = document["hosts"][0]
    lib.check(host["outcome"] == "assessed", f"{auth}: assessed, not {host['outcome']} {host['attempts']}")
    lib.check(len(proxy.turns) == 1, f"{auth}: one connection, not {len(proxy.turns)}")
    return host["attempts"][-1]["round_trips"], 1 + sum(proxy.turns), host


def main():
    with lib.kdc(services=["HTTP/localhost"], users=[("sweeper", "pw-of-sweeper")]) as (env, keytab):
        options = ["--keytab", str(keytab)]
        with lib.Fleet(vms=1, mix="one:healthy_2022", options=options, password="pw-of-sweeper",
                       environment=env) as fleet:
            ours, seen, host = measure(fleet, "ntlm", "SIM\\sweeper", env)
            lib.check((ours, seen) == (8, 8), f"NTLM: 8 round trips, not {ours} by us, {seen} by the proxy")
            ours, seen, host = measure(fleet, "kerberos", "sweeper@SIM.TEST", env, "localhost")
            lib.check((ours, seen) == (7, 7), f"Kerberos: 7 round trips, not {ours} by us, {seen} by the proxy")
            stats = fleet.stop()
            print("authentications:", stats["authentications"])
            lib.check(stats["shells_open"] == 0, "no shell is left")
    lib.finish()


main()
