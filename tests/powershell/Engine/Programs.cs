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

    public static IEnumerable<string> Qwinsta(object[] arguments)
    {
        Simulation.Journal.Read("command:qwinsta.exe", string.Join(' ', arguments));
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
