// Reads a line of `rdpsweep-simfleet --dump-states` and adds what Windows derives from it.
using System.Text;
using System.Text.Json.Nodes;

namespace Rdpsweep.PowerShell.Windows;

public static class MachineReader
{
    private const string Control = @"SYSTEM\CurrentControlSet\Control";

    public static Machine Read(string line)
    {
        var document = JsonNode.Parse(line)!.AsObject();
        var state = document["state"]!.AsObject();
        var os = state["os"]!;
        var collector = state["collector"]!;
        var machine = new Machine
        {
            Name = Text(document, "name"),
            Profile = Text(document, "profile"),
            Build = (int)document["build"]!,
            Now = (long)document["now"]! + (long)os["clock_offset"]!,
            Facts = document["facts"]!.AsObject(),
            PowerShell = Text(collector, "powershell"),
            LanguageMode = Text(collector, "language_mode"),
            AccountSid = Text(collector, "sid"),
            Elevated = (bool)collector["elevated"]!,
            Lcid = (int)os["lcid"]!,
            DomainRole = (int)os["domain_role"]!,
            Boot = (long)os["boot"]!,
            DiskFree = (ulong)os["disk_free"]!,
            OldestEvent = (long)state["oldest_event"]!,
            ActiveSessions = (int)state["sessions"]!["active"]!,
            DisconnectedSessions = (int)state["sessions"]!["disc"]!,
            Management = state["management"]!.AsObject(),
        };
        ReadRegistry(machine, state["registry"]!.AsArray());
        ReadRunning(machine, state["running"]!);
        ReadFiles(machine, state["files"]!.AsArray(), document["access"]!.AsObject());
        ReadEvents(machine, state["events"]!.AsArray());
        foreach (var shake in document["loopback"]!.AsArray()) machine.Handshakes.Add(ReadHandshake(shake!));
        foreach (var limit in state["limits"]!.AsArray())
        {
            machine.Limits.Add(new Limit(Text(limit!, "resource"), Text(limit!, "why"), Text(limit!, "code")));
        }
        AddNames(machine, Text(os, "domain"));
        AddPolicies(machine);
        AddServiceManager(machine);
        AddBootConfiguration(machine, state["boot"]!);
        return machine;
    }

    private static string Text(JsonNode node, string name) => (string)node[name]!;

    private static void ReadRegistry(Machine machine, JsonArray keys)
    {
        foreach (var key in keys)
        {
            var node = machine.Hklm.Create(Text(key!, "path"));
            node.Sddl = (string?)key!["sddl"];
            foreach (var value in key["values"]!.AsArray())
            {
                node.Set(Text(value!, "name"), (int)value!["type"]!, Convert.FromBase64String(Text(value, "data_b64")));
            }
        }
    }

    private static void ReadRunning(Machine machine, JsonNode running)
    {
        foreach (var service in running["services"]!.AsArray())
        {
            machine.Services.Add(new Service(Text(service!, "name"))
            {
                State = (int)service!["state"]!, Pid = (uint)service["pid"]!, ExitCode = (uint)service["exit_code"]!,
            });
        }
        foreach (var process in running["processes"]!.AsArray())
        {
            machine.Processes.Add(new Process((uint)process!["pid"]!, Text(process, "image"), (long)process["started"]!));
        }
        foreach (var socket in running["sockets"]!.AsArray())
        {
            machine.Sockets.Add(new Socket(Text(socket!, "address"), (int)socket!["port"]!, (uint)socket["pid"]!));
        }
    }

    private static void ReadFiles(Machine machine, JsonArray files, JsonObject access)
    {
        foreach (var file in files)
        {
            var path = Text(file!, "path");
            machine.Files[path] = new FileEntry(path, (bool)file!["folder"]!)
            {
                Sddl = Text(file, "sddl"),
                Size = (long)file["size"]!,
                DescriptorReadable = (bool)access[path]!["descriptor"]!,
                Listable = (bool)access[path]!["list"]!,
            };
        }
    }

    private static void ReadEvents(Machine machine, JsonArray events)
    {
        foreach (var record in events)
        {
            var data = record!["data"]!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
            machine.Events.Add(new LogEvent(
                Text(record, "provider"), (int)record["id"]!, (long)record["time"]!, (bool)record["provoked"]!,
                (uint)record["pid"]!, data, Convert.FromBase64String(Text(record, "binary_b64"))));
        }
    }

    private static Handshake ReadHandshake(JsonNode shake) => new(
        Text(shake, "stage"), Text(shake, "tls"), Text(shake, "thumb"), Text(shake, "errno"),
        (int?)shake["proto"], (int?)shake["fail"], (int?)shake["alert"]);

    // TCP/IP keeps the names; a machine of no domain has an empty one.
    private static void AddNames(Machine machine, string domain)
    {
        var name = machine.Hklm.Find($@"{Control}\ComputerName\ComputerName")!.Values["ComputerName"];
        var parameters = machine.Hklm.Create(@"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters");
        parameters.Set("Hostname", name.Type, name.Data);
        parameters.SetText("Domain", domain);
    }

    // What needs what, as shipped, and a key that administrators may only read.
    private static void AddServiceManager(Machine machine)
    {
        const string services = @"SYSTEM\CurrentControlSet\Services\";
        machine.Hklm.Find(services + "UmRdpService")?.Set("DependOnService", 7, Encoding.Unicode.GetBytes("TermService\0RDPDR\0\0"));
        if (machine.Hklm.Find(services + "gpsvc") is { } policy) policy.Sddl = "O:SYG:SYD:PAI(A;CI;KA;;;SY)(A;CI;KR;;;BA)(A;CI;KR;;;BU)";
    }

    private static void AddPolicies(Machine machine)
    {
        if ((bool)machine.Management["mdm"]!)
        {
            machine.Hklm.Create(@"SOFTWARE\Microsoft\Enrollments\{0A2C8B38-7D0A-4B9E-9C1F-3D8A1B0F6E21}").SetText("ProviderID", "MS DM Server");
        }
        if ((bool)machine.Management["dsc"]!) AddFile(machine, @"C:\Windows\System32\Configuration\Current.mof", [1]);
        var names = machine.Management["registry_pol"]!.AsArray().Select(name => (string)name!).ToList();
        if (names.Count > 0) AddFile(machine, @"C:\Windows\System32\GroupPolicy\Machine\Registry.pol", RegistryPol(names));
    }

    private static void AddFile(Machine machine, string path, byte[] content) =>
        machine.Files[path] = new FileEntry(path, false) { Size = content.Length, Content = content, Sddl = "O:SYG:SYD:(A;;FA;;;SY)(A;;FA;;;BA)" };

    // "PReg", version 1, then [key;value;type;size;data] in UTF-16LE (MS-GPREG 2.2.1).
    private static byte[] RegistryPol(IEnumerable<string> names)
    {
        var bytes = new List<byte>([0x50, 0x52, 0x65, 0x67, 1, 0, 0, 0]);
        foreach (var name in names)
        {
            var cut = name.LastIndexOf('\\');
            bytes.AddRange(Encoding.Unicode.GetBytes($"[{name[..cut]}\0;{name[(cut + 1)..]}\0;\u0004\0;\u0004\0;\u0001\0]"));
        }
        return [.. bytes];
    }

    // The element layout of real stores: booleans are one byte, integers eight, texts REG_SZ.
    private static void AddBootConfiguration(Machine machine, JsonNode boot)
    {
        const string current = "{71a3c7fc-f751-4982-aec1-e958357e6813}";
        SetElement(machine, "{9dea862c-5cdd-4e70-acc1-f32b344d4795}", "23000003")
            .SetText("Element", current);
        const string settings = "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}";
        AddElement(machine, current, "260000b0", (bool?)boot["ems"] is { } ems ? [(byte)(ems ? 1 : 0)] : null);
        AddElement(machine, settings, "16000020", (bool?)boot["bootems"] is { } early ? [(byte)(early ? 1 : 0)] : null);
        AddElement(machine, settings, "15000022", (uint?)boot["port"] is { } port ? BitConverter.GetBytes((ulong)port) : null);
        AddElement(machine, settings, "15000023", (uint?)boot["baud"] is { } baud ? BitConverter.GetBytes((ulong)baud) : null);
    }

    private static void AddElement(Machine machine, string boot, string element, byte[]? data)
    {
        if (data is not null) SetElement(machine, boot, element).Set("Element", 3, data);
    }

    private static RegistryNode SetElement(Machine machine, string boot, string element) =>
        machine.Hklm.Create($@"BCD00000000\Objects\{boot}\Elements\{element}");
}
