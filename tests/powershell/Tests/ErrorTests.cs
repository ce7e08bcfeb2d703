// What the collector says where it cannot look: each with its reason, and the rest goes on.
using System.Text.Json.Nodes;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

[Group("errors")]
public static class ErrorTests
{
    private const string RdpTcp = @"SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp";
    private const string MachineKeys = @"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys";

    // One that is healthy and readable but for what the test does to it.
    private static Machine Healthy => Fixture.Machine("healthy_2016");

    [Test("access denied: a registry key is unread as denied, its group alone is missing")]
    public static void RegistryDenied()
    {
        var machine = Healthy;
        machine.Limits.Add(new Limit(@"key:SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL", "denied", ""));
        var facts = Collecting.Full(machine);
        Check.Equal("denied 0x8013150a", Unread(facts, "/tls"), "reason");
        Check.That(facts["tls"] is null && facts["cert"] is not null && facts["keys"] is not null, "the other groups went on");
    }

    [Test("access denied: the folder of the keys is unread as denied, not empty")]
    public static void FolderDenied()
    {
        var machine = Healthy;
        machine.Limits.Add(new Limit("dir:" + MachineKeys, "denied", ""));
        var facts = Collecting.Full(machine);
        Check.Equal("denied 0x80070005", Unread(facts, "/keys/files"), "reason");
        Check.That(facts["keys"]!["files"] is null && !(bool)facts["keys"]!["dir_listed"]!, "no list is claimed");
    }

    [Test("access denied: each log is unread by itself")]
    public static void LogDenied()
    {
        var machine = Healthy;
        machine.Limits.Add(new Limit("log:Security", "denied", ""));
        var facts = Collecting.Full(machine);
        Check.Equal("denied 0x80070005", Unread(facts, "/evt/Security"), "reason");
        Check.That(facts["evt"] is JsonArray, "the other logs were read");
    }

    [Test("timeout: a log that does not answer is unread as timeout, in any language")]
    public static void LogTimeout()
    {
        var machine = Healthy;
        machine.Limits.Add(new Limit("log:Security", "timeout", ""));
        Check.Equal("timeout", Unread(Collecting.Full(machine), "/evt/Security").Split(' ')[0], "reason");
    }

    [Test("timeout: WMI that does not answer is unread as timeout")]
    public static void WmiTimeout()
    {
        var machine = Healthy;
        machine.Limits.Add(new Limit(@"wmi:root\cimv2", "timeout", ""));
        var facts = Collecting.Full(machine);
        Check.Equal("timeout 0x00040004", Unread(facts, "/svc/0/state"), "reason");
        Check.Equal(3, (int)facts["svc"]![0]!["start"]!, "what the registry has of a service");
    }

    [Test("missing key: no RDP-Tcp key is told as absent, not as unread")]
    public static void KeyMissing()
    {
        var machine = Healthy;
        machine.Hklm.Find(RdpTcp[..RdpTcp.LastIndexOf('\\')])!.Keys.Remove("RDP-Tcp");
        var facts = Collecting.Full(machine);
        Check.That(!(bool)facts["listener"]!["key_present"]!, "key_present");
        Check.That(facts["listener"]!["port"] is null, "no port is claimed");
        Check.Equal("", Unread(facts, "/listener/port"), "absent is not unread");
    }

    [Test("wrong type: a text where a DWORD belongs is unread, its type is told")]
    public static void WrongType()
    {
        var machine = Healthy;
        machine.Hklm.Find(RdpTcp)!.SetText("PortNumber", "3389");
        machine.Hklm.Create(@"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server").SetText("Enabled", "1");
        var facts = Collecting.Full(machine);
        Check.Equal("error wrong type", Unread(facts, "/listener/port"), "reason");
        var side = facts["tls"]!["proto"]!["TLS 1.2"]!["server"]!;
        Check.Equal(1, (int)side["te"]!, "type of Enabled");
        Check.That(side["e"] is null, "no number is claimed");
    }

    [Test("missing class: without RSoP's class its values are unread as unsupported")]
    public static void ClassMissing()
    {
        var machine = Healthy;
        machine.MissingClasses.Add("RSOP_RegistryPolicySetting");
        Check.Equal("unsupported 0x80041010", Unread(Collecting.Full(machine), "/gp/rsop"), "reason");
    }

    [Test("missing class: without MSFT_NetTCPConnection the columns of netstat are used")]
    public static void SocketClassMissing()
    {
        var machine = Healthy;
        var expected = machine.Facts["listener"]!["sockets"]!.ToJsonString();
        machine.MissingClasses.Add("MSFT_NetTCPConnection");
        var sockets = Collecting.Full(machine)["listener"]!["sockets"]!;
        Check.Empty(Differences.Between(JsonNode.Parse(expected)!, sockets), "differences");
        Check.That(machine.Journal.Entries.Any(entry => entry.Resource == "command:netstat.exe"), "netstat was asked");
    }

    [Test("missing type: without a searcher Get-WmiObject answers the same")]
    public static void SearcherMissing()
    {
        var machine = Healthy;
        machine.MissingTypes.Add("Management.ManagementObjectSearcher");
        Check.Empty(Differences.Between(machine.Facts, Collecting.Full(machine)), "differences");
    }

    [Test("PowerShell 7: Get-CimInstance answers the same")]
    public static void Newest()
    {
        var machine = Healthy;
        machine.PowerShell = "7.4";
        machine.Facts["collector"]!["ps"] = "7.4";
        Check.Empty(Differences.Between(machine.Facts, Collecting.Full(machine)), "differences");
    }

    [Test("PowerShell 2.0 and .NET 2.0: the older ways give the same facts")]
    public static void Oldest()
    {
        var machine = Fixture.Machine("healthy_2008r2");
        machine.PowerShell = "2.0";
        machine.ClrMajor = 2;
        machine.Facts["collector"]!["ps"] = "2.0";
        Check.Empty(Differences.Between(machine.Facts, Collecting.Full(machine)), "differences");
    }

    [Test("constrained language: every group is unread, and the frame still comes")]
    public static void Constrained()
    {
        var machine = Healthy;
        machine.LanguageMode = "ConstrainedLanguage";
        var facts = Collecting.Full(machine);
        Check.Equal("ConstrainedLanguage", (string)facts["collector"]!["lang_mode"]!, "language mode");
        foreach (var group in new[] { "os", "svc", "listener", "sec", "tls", "cert", "keys", "gp", "evt", "pending", "ems", "crash", "hs", "sessions" })
        {
            Check.That(facts[group] is null, $"{group} is claimed");
            Check.Equal("unsupported ConstrainedLanguage", Unread(facts, "/" + group), $"reason of {group}");
        }
    }

    [Test("100,000 key files: RDP's own are listed, others up to the cap, the rest counted up to its cap")]
    public static void ManyFiles()
    {
        var machine = Healthy;
        var others = machine.Files.Values.Count(file => !file.Folder && file.Path.StartsWith(MachineKeys, StringComparison.Ordinal)) - 1;
        const int added = 100_000;
        for (var i = 0; i < added; i++)
        {
            var path = $@"{MachineKeys}\{i:x32}_00000000-0000-0000-0000-000000000000";
            machine.Files[path] = new FileEntry(path, false) { Size = 2310, Sddl = "O:SYD:PAI(A;;FA;;;SY)" };
        }
        var keys = Collecting.Full(machine)["keys"]!;
        var files = keys["files"]!.AsArray();
        Check.Equal(64, files.Count, "files listed");
        Check.That(((string)files[0]!["n"]!).StartsWith("f686", StringComparison.Ordinal), "RDP's own key comes first");
        Check.Equal(added + others - 63, (int)keys["other_count"]!, "files counted");
    }

    [Test("a socket's process that has ended meanwhile leaves its image unread")]
    public static void ProcessGone()
    {
        var machine = Healthy;
        machine.Processes.RemoveAll(process => process.Pid == machine.Sockets[0].Pid);
        Check.Equal("error", Unread(Collecting.Full(machine), "/listener/sockets/0/img").Split(' ')[0], "reason");
    }

    // "why code" of the entry for exactly this pointer; empty when there is none.
    private static string Unread(JsonObject facts, string pointer)
    {
        var entry = facts["unread"]!.AsArray().FirstOrDefault(entry => (string)entry!["ptr"]! == pointer);
        return entry is null ? "" : $"{entry["why"]} {entry["code"]}".TrimEnd();
    }
}
