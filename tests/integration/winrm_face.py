"""The simulated fleet's WinRM face, asked by clients nobody here wrote: Debian's wsl (shell scripts around curl,
by Basic), and requests laid out by hand where no client sends them."""
import base64
import os
import re
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request

from support import lib

IDENTIFY = ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/'
            'identity/1/wsmanidentity.xsd"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>')
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"


def posted(fleet, address, headers, body=""):
    """Returns the status, the challenges and the text of the answer."""
    request = urllib.request.Request(
        f"https://{address}:{fleet.port}/wsman", data=body.encode(), method="POST",
        headers={"Content-Type": "application/soap+xml;charset=UTF-8", **headers})
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=fleet.ca)))
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, [], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_all("WWW-Authenticate"), error.read().decode()


def identified(fleet, address):
    """Without a logon Identify has its own header, and hides the version of Windows."""
    status, challenges, text = posted(fleet, address, {}, IDENTIFY)
    lib.check(status == 401 and "Negotiate" in challenges and not text, f"Identify as any request: {status} {text[:200]}")
    status, _, text = posted(fleet, address, {"WSMANIDENTIFY": "unauthenticated"}, IDENTIFY)
    lib.check(status == 200 and "<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0<" in text, f"by the header: {text}")


def first_message(flags, name):
    """An NTLM NEGOTIATE_MESSAGE with a domain's field."""
    field = len(name).to_bytes(2, "little") * 2 + (32).to_bytes(4, "little")
    return b"NTLMSSP\0" + (1).to_bytes(4, "little") + flags.to_bytes(4, "little") + field + bytes(8) + name


def challenged(fleet, address):
    """A domain without its flag is ignored, as MS-NLMP 2.2.1.1 has it."""
    token = base64.b64encode(first_message(0xA2088207 & ~0x02000000, b"SIM")).decode()
    status, challenges, _ = posted(fleet, address, {"Authorization": f"Negotiate {token}"})
    tokens = [base64.b64decode(line.split()[1]) for line in challenges if line.startswith("Negotiate ")]
    lib.check(status == 401 and [t[:12] for t in tokens] == [b"NTLMSSP\0\2\0\0\0"], f"a challenge: {challenges}")


class Whistle:
    """wsl in a folder of its own: the certificate it trusts lies there, and its answers come to lie there."""

    def __init__(self, fleet, address):
        self.folder = fleet.path / "whistle"
        self.folder.mkdir()
        where = f"{address}:{fleet.port}"
        shutil.copy(fleet.ca, self.folder / f"{where}.crt")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "WSENDPOINT": where, "WSUSER": "sweeper",
            "WSPASS": fleet.password, "WSAUTOMATED": "1", "KEEPHISTORY": "0", "OUTLEVEL": "1"}

    def ask(self, *words):
        """Returns the exit status and the answers, each as text."""
        for old in self.folder.glob("*response-*.xml"):
            old.unlink()
        done = subprocess.run(words, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60,
                              check=False, stdin=subprocess.DEVNULL)
        files = sorted(self.folder.glob("*response-*.xml"), key=lambda p: int(re.search(r"-(\d+)\.xml", p.name)[1]))
        return done.returncode, [path.read_text() for path in files]


def names_in(answers):
    return [name for text in answers for name in re.findall(r"<(?:\w+:)?Name>([^<]*)</", text)]


def whistled(fleet, address, build):
    shell = Whistle(fleet, address)
    status, answers = shell.ask("wslid", "check")
    lib.check(status == 0 and f"OS: 10.0.{build} SP: 0.0 Stack: 3.0" in "".join(answers), f"after a logon: {answers}")
    status, pages = shell.ask("wslenum", WMI + "Win32_Service")
    services = names_in(pages)
    lib.check(status == 0 and len(pages) > 1 and "TermService" in services, f"pulled in {len(pages)} pages: {services}")
    lib.check("Items" not in pages[0] and "EndOfSequence" in pages[-1], "the first brings a context, the last the end")
    status, pages = shell.ask("wslenum", WMI + "Win32_Service", "-opti", "100")
    lib.check(status == 0 and names_in(pages) == services and names_in(pages[:1]), "optimized: the same, from the first on")
    status, pages = shell.ask("wslenum", WMI + "*", "-dialect", WQL, "-filter",
                              "select Name, State from Win32_Service where Name='TermService'")
    text = "".join(pages)
    lib.check(status == 0 and names_in(pages) == ["TermService"] and ">Running</" in text, f"WQL: {text}")
    status, answers = shell.ask("wslget", WMI + "Win32_Service", "Name=TermService")
    lib.check(status == 0 and names_in(answers) == ["TermService"], f"Get: {answers}")
    status, answers = shell.ask("wslenum", WMI + "Win32_NoSuchClass")
    text = "".join(answers)
    inner = text.split("WsmWmiPl.dll", 1)[-1]
    lib.check(status != 0 and 'provider="WMI Provider"' in text and inner.count('Code="2150858778"') == 1 and
              "<p:ParameterInfo>Win32_NoSuchClass</p:ParameterInfo>" in inner, f"WMI's fault in its plug-in's: {text}")
    configured(shell)


def configured(shell):
    """WinRM's configuration says what the listener does."""
    _, answers = shell.ask("wslget", CONFIG)
    text = "".join(answers)
    for element, value in (("MaxEnvelopeSizekb", "500"), ("MaxShellsPerUser", "30"), ("AllowUnencrypted", "false"),
                           ("CbtHardeningLevel", "Relaxed")):
        lib.check(f"<cfg:{element}>{value}</cfg:{element}>" in text, f"config: {element} is {value}: {text}")
    _, answers = shell.ask("wslget", CONFIG + "/service/auth")
    text = "".join(answers)
    lib.check("<cfg:Basic>true</cfg:Basic>" in text and "Winrs" not in text, f"a part alone: {text}")
    _, answers = shell.ask("wslenum", CONFIG + "/listener")
    lib.check("".join(answers).count("<cfg:Transport>HTTPS</cfg:Transport>") == 1, f"the listeners: {answers}")
    _, answers = shell.ask("wslget", CONFIG + "/nowhere")
    text = "".join(answers)
    lib.check('provider="Config provider"' in text and text.count('Code="2150858811"') == 2, f"no such part: {text}")


with lib.Fleet(7, "every", seed=3) as some:
    vm = next(vm for vm in some.truth() if vm["profile"] == "healthy_2019")
    identified(some, vm["address"])
    challenged(some, vm["address"])
    whistled(some, vm["address"], 17763)
    stats = some.stop()
    lib.check(not stats["violations"], f"nothing that a server dislikes: {stats['violations']}")
lib.finish()
