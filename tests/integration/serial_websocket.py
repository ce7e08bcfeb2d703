"""A WebSocket client that nobody here wrote gets through the simulated gateway to SAC's prompt, as
`az serial-console` does: the bare address, the token as the first message. And what the gateway must not
let through."""
import http.client
import ssl
import time
import urllib.request

import websocket

from support.azure_lib import Arm
from support.lib import check, finish
from support.serial_lib import Consoles


def connect_string(arm, vm):
    request = urllib.request.Request(
        f"{arm.base}{vm}/providers/Microsoft.SerialConsole/serialPorts/0/connect?api-version=2018-05-01", b"",
        headers={"Authorization": "Bearer " + arm.token, "Content-Type": "application/json",
                 "Accept": "application/json"})
    return arm.open(request)["connectionString"]


def dial(arm, address):
    return websocket.create_connection(
        address, sslopt={"ca_certs": str(arm.ca), "cert_reqs": ssl.CERT_REQUIRED}, timeout=30, skip_utf8_validation=True)


def read_until(socket, word, seconds=60):
    """What came, decoded as the CLI does: with replacement."""
    text = ""
    end = time.monotonic() + seconds
    while word not in text and time.monotonic() < end:
        try:
            _, piece = socket.recv_data()
        except websocket.WebSocketTimeoutException:
            break
        text += piece.decode("utf-8", "replace")
    return text.replace("\0", "")


def code_of(socket):
    opcode, data = socket.recv_data(control_frame=True)
    while opcode != websocket.ABNF.OPCODE_CLOSE:
        opcode, data = socket.recv_data(control_frame=True)
    return int.from_bytes(data[:2], "big"), data[2:].decode()


def is_put_out(socket):
    """Reads what was on its way; returns whether the connection then ends, rather than say nothing more."""
    try:
        while True:
            opcode, _ = socket.recv_data(control_frame=True)
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return True
    except (websocket.WebSocketTimeoutException, TimeoutError):
        return False
    except (websocket.WebSocketConnectionClosedException, OSError):
        return True


with Consoles(3, "happy-stream,binary-split,bad-utf8") as fleet:
    arm = Arm(fleet)
    arm.ca = fleet.ca
    vms = [vm for vm, _ in arm.machines().values()]
    check(len(vms) == 3, f"the control plane has three VMs: {vms}")
    for vm in vms:
        socket = dial(arm, connect_string(arm, vm))
        socket.send(arm.token)
        text = read_until(socket, "SAC>")
        check("Connected to the serial port of the VM." in text and "SAC>" in text, f"to SAC: {text[-200:]!r}")
        socket.send("\x1b\t0")
        text = read_until(socket, "63d02270-8aa4-11d5-bccf")
        check("63d02270-8aa4-11d5-bccf" in text, f"the switch screen: {text[-300:]!r}")
        socket.send("\r")
        check("SAC>" in read_until(socket, "SAC>"), "back at the prompt")
        socket.send("\b" * 80 + "\r")
        check("SAC>" in read_until(socket, "SAC>"), "and at an empty one")
        socket.send("ch\r")
        text = read_until(socket, "(AV)    SAC")
        check("(AV)    SAC" in text, f"the channels: {text[-300:]!r}")
        socket.close()
    # An address is good for one connection; a first message that is no token ends it.
    address = connect_string(arm, vms[0])
    first = dial(arm, address)
    first.send("\n")
    code, reason = code_of(first)
    check((code, reason) == (1011, "Connection not trusted"), f"no token: {code} {reason}")
    try:
        dial(arm, address)
        check(False, "an address was good for two")
    except websocket.WebSocketBadStatusException as refused:
        check(refused.status_code == 404, f"an address is good for one connection: {refused.status_code}")
    # Whoever comes second puts the first out.
    one = dial(arm, connect_string(arm, vms[0]))
    one.send(arm.token)
    check("SAC>" in read_until(one, "SAC>"), "the first is there")
    state = arm.open(urllib.request.Request(
        f"{arm.base}{vms[0]}/providers/Microsoft.SerialConsole/serialPorts/0?api-version=2018-05-01",
        headers={"Authorization": "Bearer " + arm.token}))
    check(state["properties"]["connectionState"] == "active", f"it is in use: {state}")
    two = dial(arm, connect_string(arm, vms[0]))
    two.send(arm.token)
    check("SAC>" in read_until(two, "SAC>"), "the second is there")
    check(is_put_out(one), "the first one is put out")
    two.send("\r")
    check("SAC>" in read_until(two, "SAC>"), "and the second one goes on")
    two.close()
    # Without a content type the service refuses.
    plain = http.client.HTTPSConnection("localhost", arm.base.rsplit(":", 1)[1], context=arm.context)
    plain.putrequest("POST", f"{vms[0]}/providers/Microsoft.SerialConsole/serialPorts/0/connect?api-version=2018-05-01")
    plain.putheader("Authorization", "Bearer " + arm.token)
    plain.putheader("Content-Length", "0")
    plain.endheaders()
    refused = plain.getresponse().status
    check(refused == 415, f"no content type: {refused}")
finish()
