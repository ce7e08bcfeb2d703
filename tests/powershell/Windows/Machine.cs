// A simulated Windows: the state that the simulated fleet wrote, as scripts can reach it.
using System.Text.Json.Nodes;

namespace Rdpsweep.PowerShell.Windows;

public sealed record Service(string Name)
{
    public int State { get; set; }
    public uint Pid { get; set; }
    public uint ExitCode { get; set; }
}

public sealed record Process(uint Pid, string Image, long Started);

public sealed record Socket(string Address, int Port, uint Pid);

public sealed class FileEntry(string path, bool folder)
{
    public string Path { get; } = path;
    public bool Folder { get; } = folder;
    public string Sddl { get; set; } = "";
    public long Size { get; set; }
    public byte[]? Content { get; set; }          // null: not worth having
    public bool DescriptorReadable { get; set; } = true; // by the account the script runs as
    public bool Listable { get; set; } = true;
}

// One of the root folder of the task scheduler, as XML. Result as Windows has it: 0x41303 before it ever ran.
public sealed record ScheduledTask(string Name, string Xml)
{
    public const int NeverRan = 0x41303;
    public int Result { get; set; } = NeverRan;
}

public sealed record LogEvent(
    string Provider, int Id, long Time, bool Provoked, uint Pid,
    IReadOnlyDictionary<string, string> Data, byte[] Binary);

// What a handshake with the machine's own RDP port comes to; words as in facts/1.
public sealed record Handshake(string Stage, string Tls, string Thumbprint, string Failure, int? Protocol, int? FailureCode, int? Alert);

// Something the account may not have: resource as in tests/simfleet/windows/state.hpp.
public sealed record Limit(string Resource, string Why, string Code);

public sealed class Machine
{
    public string Name { get; init; } = "";
    public string Profile { get; init; } = "";
    public int Build { get; init; }
    public long Now { get; init; }
    public JsonObject Facts { get; init; } = [];
    public string PowerShell { get; set; } = "5.1";
    public string LanguageMode { get; set; } = "FullLanguage";
    public int ClrMajor { get; set; } = 4;
    public int Lcid { get; init; } = 1033;
    public int DomainRole { get; init; }
    public long Boot { get; init; }
    public ulong DiskFree { get; init; } // bytes of the system drive
    public string AccountSid { get; set; } = "";
    public bool Elevated { get; init; } = true;
    public long OldestEvent { get; init; }
    public int ActiveSessions { get; init; }
    public int DisconnectedSessions { get; init; }
    public string[]? SessionLines { get; set; } // what qwinsta prints instead; null: as the numbers say
    public JsonObject Management { get; init; } = [];

    public RegistryNode Hklm { get; } = new("HKEY_LOCAL_MACHINE");
    public List<Service> Services { get; } = [];
    public List<Process> Processes { get; } = [];
    public List<Socket> Sockets { get; } = [];
    public Dictionary<string, FileEntry> Files { get; } = new(StringComparer.OrdinalIgnoreCase);
    public List<LogEvent> Events { get; } = [];
    public List<Handshake> Handshakes { get; } = [];
    public List<Limit> Limits { get; } = [];
    // Types that New-Object does not find, and classes that WMI does not have.
    public HashSet<string> MissingTypes { get; } = new(StringComparer.OrdinalIgnoreCase);
    public HashSet<string> MissingClasses { get; } = new(StringComparer.OrdinalIgnoreCase);
    public bool WmiUsesBackup { get; set; } // its class of files' rights reads what privileges let it
    public bool BitLocker { get; set; }  // protects the system drive
    public bool MakerFails { get; set; } // SessionEnv starts, and makes no certificate
    // What Windows refuses, "start UmRdpService" or "task run", with the number that it says.
    public Dictionary<string, int> Refusals { get; } = new(StringComparer.OrdinalIgnoreCase);
    public Dictionary<string, string> StartsWith { get; } = new(StringComparer.OrdinalIgnoreCase); // by itself, with the other one
    public HashSet<string> StartsBeforeCall { get; } = new(StringComparer.OrdinalIgnoreCase);      // between a look and the call
    public HashSet<string> StopsBeforeCall { get; } = new(StringComparer.OrdinalIgnoreCase);
    public SortedDictionary<string, ScheduledTask> Tasks { get; } = new(StringComparer.OrdinalIgnoreCase);
    public Journal Journal { get; } = new();

    public string Host => System.Text.Encoding.Unicode.GetString(
        Hklm.Find(@"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters")!.Values["Hostname"].Data).TrimEnd('\0');

    public Service? FindService(string name) =>
        Services.FirstOrDefault(service => service.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public Limit? FindLimit(string resource) =>
        Limits.FirstOrDefault(limit => limit.Resource.Equals(resource, StringComparison.OrdinalIgnoreCase));

    // A limit on a registry key holds for all below it.
    public Limit? FindKeyLimit(string path)
    {
        if (path.StartsWith("BCD00000000", StringComparison.OrdinalIgnoreCase)) return FindLimit("bcd");
        for (var at = path; at.Length > 0; at = at.Contains('\\') ? at[..at.LastIndexOf('\\')] : "")
        {
            if (FindLimit("key:" + at) is { } limit) return limit;
        }
        return null;
    }

    // What its own port answers is settled when TermService starts: with TLS 1.2 switched off as it was found,
    // else with the certificate that Windows made.
    public void RestartListener()
    {
        const string server = @"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server";
        var enabled = Hklm.Find(server)?.Values.GetValueOrDefault("Enabled");
        found ??= [.. Handshakes];
        Handshakes.Clear();
        if (enabled is not null && enabled.Data.All(part => part == 0))
        {
            Handshakes.AddRange(found);
            return;
        }
        var own = Hklm.Find(@"SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations")?.Values.GetValueOrDefault("SelfSignedCertificate");
        Handshakes.Add(new Handshake("done", "1.2", own is null ? "" : Convert.ToHexString(own.Data).ToLowerInvariant(), "", 2, null, null));
    }

    private List<Handshake>? found;

    // A service that was started has a process, the one it had before where it had one. TermService listens
    // where nobody else does, and SessionEnv makes the certificate that is missing.
    public void Started(Service service)
    {
        const uint pid = 4242; // of nobody else
        service.Pid = formerPids.GetValueOrDefault(service.Name, pid);
        if (Processes.All(process => process.Pid != service.Pid)) Processes.Add(new Process(service.Pid, "svchost.exe", Now));
        if (service.Name.Equals("SessionEnv", StringComparison.OrdinalIgnoreCase) && !MakerFails) OwnCertificate.Make(this);
        if (!service.Name.Equals("TermService", StringComparison.OrdinalIgnoreCase)) return;
        if (StartsWith.TryGetValue(service.Name, out var other)) FindService(other)!.State = 4;
        Listen(service.Pid);
        RestartListener();
    }

    public void Stopped(Service service)
    {
        formerPids[service.Name] = service.Pid;
        formerSockets[service.Name] = [.. Sockets.Where(socket => socket.Pid == service.Pid)];
        Sockets.RemoveAll(socket => socket.Pid == service.Pid);
        service.Pid = 0;
    }

    private readonly Dictionary<string, uint> formerPids = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<Socket>> formerSockets = new(StringComparer.OrdinalIgnoreCase);

    private void Listen(uint pid)
    {
        var port = (int)(Number(@"Control\Terminal Server\WinStations\RDP-Tcp", "PortNumber") ?? 3389);
        var former = formerSockets.GetValueOrDefault("TermService", []);
        var denied = Number(@"Control\Terminal Server", "fDenyTSConnections") != 0;
        if (former.Count > 0 && former.All(socket => socket.Port == port)) Sockets.AddRange(former);
        else if (!denied && Sockets.All(socket => socket.Port != port))
            Sockets.AddRange([new Socket("0.0.0.0", port, pid), new Socket("::", port, pid)]);
    }

    private uint? Number(string key, string name) =>
        Hklm.Find($@"SYSTEM\CurrentControlSet\{key}")?.Values.GetValueOrDefault(name) is { Data.Length: 4 } value ? BitConverter.ToUInt32(value.Data) : null;

    // Everything a script can change, in a canonical form: equal machines give equal texts.
    public string Snapshot()
    {
        var files = new JsonObject();
        foreach (var file in Files.Values.OrderBy(file => file.Path, StringComparer.OrdinalIgnoreCase))
        {
            var content = file.Content is null ? null : Convert.ToBase64String(file.Content);
            files[file.Path.ToLowerInvariant()] = new JsonObject { ["sddl"] = file.Sddl, ["size"] = file.Size, ["content"] = content };
        }
        var services = new JsonObject();
        foreach (var service in Services.OrderBy(service => service.Name)) services[service.Name] = service.State;
        var tasks = new JsonObject();
        foreach (var task in Tasks.Values) tasks[task.Name] = task.Xml;
        return new JsonObject { ["registry"] = Hklm.ToJson(), ["files"] = files, ["services"] = services, ["tasks"] = tasks }.ToJsonString();
    }
}
