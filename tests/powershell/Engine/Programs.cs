// The programs of Windows that scripts start. Their words are translated on a German Windows and
// their columns are not; both are answered in German, so that no script can rely on the words.
using System.Globalization;
using Rdpsweep.PowerShell.Api;

namespace Rdpsweep.PowerShell.Engine;

public static class Programs
{
    private const string Self = "[Rdpsweep.PowerShell.Engine.Programs]";

    // A function goes before a program of the same name.
    public static IReadOnlyDictionary<string, string> Functions { get; } = new Dictionary<string, string>
    {
        ["netstat.exe"] = $"{Self}::Netstat($args)",
        ["netsh.exe"] = $"$global:LASTEXITCODE = {Self}::Netsh($args)",
        ["bcdedit.exe"] = $"$global:LASTEXITCODE = {Self}::Bcdedit($args)",
        ["sc.exe"] = $"$global:LASTEXITCODE = {Self}::Sc($args)",
        ["qwinsta.exe"] = $"{Self}::Qwinsta($args)",
    };

    public static IEnumerable<string> Netstat(object[] arguments)
    {
        Simulation.Journal.Read("command:netstat.exe", string.Join(' ', arguments));
        if (Simulation.Machine.FindLimit("command:netstat.exe") is not null) throw new SystemException("This program is blocked.");
        if (string.Join(' ', arguments) != "-ano") throw new NotSupportedException("netstat " + string.Join(' ', arguments));
        yield return "";
        yield return "Aktive Verbindungen";
        yield return "";
        yield return "  Proto  Lokale Adresse         Remoteadresse          Status           PID";
        foreach (var socket in Simulation.Machine.Sockets)
        {
            var six = socket.Address.Contains(':');
            var local = six ? $"[{socket.Address}]:{socket.Port}" : $"{socket.Address}:{socket.Port}";
            yield return $"  TCP    {local,-22} {(six ? "[::]:0" : "0.0.0.0:0"),-22} ABHÖREN         {socket.Pid}";
        }
        yield return "  TCP    10.0.0.4:49801         20.42.65.90:443        HERGESTELLT     4712";
        yield return "  UDP    0.0.0.0:3389           *:*                                    1132";
    }

    // "advfirewall firewall add rule name=N dir=in ...", "advfirewall firewall delete rule name=N".
    public static int Netsh(object[] arguments)
    {
        var words = arguments.Select(word => $"{word}").ToArray();
        var named = words.Where(word => word.Contains('=')).ToDictionary(word => word[..word.IndexOf('=')], word => word[(word.IndexOf('=') + 1)..]);
        if (string.Join(' ', words[..2]) != "advfirewall firewall" || words[3] != "rule") throw new NotSupportedException("netsh " + string.Join(' ', words));
        var rules = Simulation.Machine.Hklm.Find(@"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules")!;
        Simulation.Journal.Write("firewall:" + named["name"], words[2]);
        if (words[2] == "add")
        {
            var id = "{" + Guid.NewGuid().ToString().ToUpperInvariant() + "}";
            rules.SetText(id, $"v2.30|Action={(named["action"] == "allow" ? "Allow" : "Block")}|Active=TRUE|Dir=In|Protocol=6|LPort={named["localport"]}|App={named["program"]}|Svc={named["service"]}|Name={named["name"]}|");
            return 0;
        }
        var found = rules.Values.Values.Where(value => System.Text.Encoding.Unicode.GetString(value.Data).Contains($"|Name={named["name"]}|", StringComparison.Ordinal)).ToList();
        foreach (var value in found) rules.Values.Remove(value.Name);
        return found.Count > 0 ? 0 : 1;
    }

    // "/set {default} ems on", "/deletevalue {emssettings} emsport".
    public static int Bcdedit(object[] arguments)
    {
        var words = arguments.Select(word => $"{word}").ToArray();
        var (element, data) = (words[2], words.Length > 3 ? words[3] : "") switch
        {
            ("ems", var how) => ("260000b0", (byte[])[(byte)(how == "on" ? 1 : 0)]),
            ("emsport", var number) => ("15000022", Number(number)),
            ("emsbaudrate", var number) => ("15000023", Number(number)),
            _ => throw new NotSupportedException("bcdedit " + string.Join(' ', words)),
        };
        const string manager = @"BCD00000000\Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\23000003";
        var entry = words[1] switch
        {
            "{default}" => System.Text.Encoding.Unicode.GetString(Simulation.Machine.Hklm.Find(manager)!.Values["Element"].Data).TrimEnd('\0'),
            "{emssettings}" => "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}",
            _ => throw new NotSupportedException(words[1]),
        };
        Simulation.Journal.Write($@"boot:{words[1]}\{words[2]}", words[0]);
        var elements = Simulation.Machine.Hklm.Create($@"BCD00000000\Objects\{entry}\Elements");
        if (words[0] == "/set") elements.Create(element).Set("Element", 3, data);
        else if (words[0] != "/deletevalue" || !elements.Keys.Remove(element)) return 1;
        return 0;
    }

    // "config TermService obj= LocalSystem". Ends with Windows' error number.
    public static int Sc(object[] arguments)
    {
        var words = arguments.Select(word => $"{word}").ToArray();
        if (words.Length != 4 || words[0] != "config" || words[2] != "obj=") throw new NotSupportedException("sc " + string.Join(' ', words));
        const int noSuchService = 1060, noSuchAccount = 1057;
        if (Simulation.Machine.Refusals.TryGetValue("configure " + words[1], out var refused)) return refused;
        if (Simulation.Machine.FindService(words[1]) is null) return noSuchService;
        // Any other would need its password.
        if (words[3] != "LocalSystem" && !words[3].StartsWith(@"NT AUTHORITY\", StringComparison.OrdinalIgnoreCase)) return noSuchAccount;
        Simulation.Journal.Write($"service:{words[1]}", "account");
        Simulation.Machine.Hklm.Find($@"SYSTEM\CurrentControlSet\Services\{words[1]}")!.SetText("ObjectName", words[3]);
        return 0;
    }

    private static byte[] Number(string text) =>
        text.Length == 0 ? [] : BitConverter.GetBytes(ulong.Parse(text, CultureInfo.InvariantCulture));

    public static IEnumerable<string> Qwinsta(object[] arguments)
    {
        Simulation.Journal.Read("command:qwinsta.exe", string.Join(' ', arguments));
        if (Simulation.Machine.SessionLines is { } lines)
        {
            foreach (var line in lines) yield return line;
            yield break;
        }
        yield return " SITZUNGSNAME      BENUTZERNAME             ID  STATUS  TYP         GERÄT";
        yield return ">services                                    0  Getr.";
        yield return " console                                     1  Verb.";
        var id = 2;
        for (var i = 0; i < Simulation.Machine.ActiveSessions; i++, id++)
        {
            yield return $" {"rdp-tcp#" + id.ToString(CultureInfo.InvariantCulture),-17} {"azureadmin",-20} {id,6}  Aktiv";
        }
        for (var i = 0; i < Simulation.Machine.DisconnectedSessions; i++, id++)
        {
            yield return $" {"",-17} {"azureadmin",-20} {id,6}  Getr.";
        }
        yield return " rdp-tcp                                 65536  Abhör.";
    }
}
