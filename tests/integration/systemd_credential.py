#!/usr/bin/env python3
"""What systemd hands to a unit: a fleet is scanned with a password that stands in a file below $CREDENTIALS_DIRECTORY
only, as the unit of the package has it; without that folder, or without the file, the run ends before a VM is reached
and says which line of the unit is missing."""
from support import lib


def main():
    with lib.Fleet(vms=3, mix="healthy") as fleet:
        text = fleet.inventory.read_text()
        written = f"{{ env: {lib.PASSWORD_VARIABLE} }}"
        lib.check(written in text, "the fleet's inventory refers to a variable")
        inventory = fleet.path / "systemd.yaml"
        inventory.write_text(text.replace(written, "{ systemd: password }"))
        given = fleet.path / "credentials"
        given.mkdir(mode=0o700)

        def scan(status, **environment):
            done = lib.rdpsweep("scan", "-i", inventory, "--ca-file", fleet.ca, "--state", fleet.path / "state",
                                "--no-handshake", status=status, environment=environment)
            lib.check(fleet.password not in done.stdout + done.stderr, "the password is not shown")
            return done

        for environment, words in (({}, "CREDENTIALS_DIRECTORY is not set"),
                                   ({"CREDENTIALS_DIRECTORY": str(given)}, str(given / "password"))):
            done = scan(2, **environment)
            lib.check(words in done.stderr, f"{words!r} is said: {done.stderr}")
            lib.check("LoadCredential=password:/etc/rdpsweep/password" in done.stderr,
                      f"and what to write into the unit: {done.stderr}")
        lib.check(fleet.stats()["connections"]["total"] == 0, "no VM was reached")
        (given / "password").write_text(fleet.password + "\n")
        (given / "password").chmod(0o440)  # as an access list of systemd shows
        done = scan(0, CREDENTIALS_DIRECTORY=str(given))
        lib.check("3 of 3" in done.stderr + done.stdout, f"every VM is assessed: {done.stdout}{done.stderr}")
        done = lib.rdpsweep("check", "-i", inventory, "--ca-file", fleet.ca, "--state", fleet.path / "state", "--user",
                            r"SIM\sweeper", "--password-systemd", "password", status=0,
                            environment={"CREDENTIALS_DIRECTORY": str(given)})
        lib.check("winrm" in done.stdout, f"as an option, too: {done.stdout}{done.stderr}")
        doctor = lib.rdpsweep("doctor", "-i", inventory, "--state", fleet.path / "state",
                              status=(0, 1), environment={"CREDENTIALS_DIRECTORY": str(given)})
        lib.check("from systemd credential password" in doctor.stdout, f"doctor names it: {doctor.stdout}")
    lib.finish()


if __name__ == "__main__":
    main()
