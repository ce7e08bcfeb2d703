// The rows of the WMI classes that our scripts ask for, from the machine's state.
using System.Globalization;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public static class WmiClasses
{
    private const uint FirstBuildWithTcpClass = 9200; // Windows Server 2012 brought MSFT_NetTCPConnection

    // Null: the class does not exist on this machine.
    public static List<Dictionary<string, object?>>? Rows(Machine machine, string scope, string name) =>
        (scope.ToLowerInvariant(), name.ToLowerInvariant()) switch
        {
            (@"root\cimv2", "win32_computersystem") => [new() { ["DomainRole"] = (ushort)machine.DomainRole }],
            (@"root\cimv2", "win32_operatingsystem") => [new() { ["LastBootUpTime"] = WmiTime(machine.Boot) }],
            (@"root\cimv2", "win32_logicaldisk") =>
                [new() { ["DeviceID"] = "C:", ["FreeSpace"] = machine.DiskFree }, new() { ["DeviceID"] = "D:", ["FreeSpace"] = 1048576ul }],
            (@"root\cimv2", "win32_service") => [.. machine.Services.Select(ServiceRow)],
            (@"root\standardcimv2", "msft_nettcpconnection") when machine.Build >= FirstBuildWithTcpClass =>
                [.. machine.Sockets.Select(SocketRow)],
            (@"root\standardcimv2", "msft_netconnectionprofile") when machine.Build >= FirstBuildWithTcpClass =>
                [.. machine.Management["networks"]!.AsArray().Select(network => new Dictionary<string, object?> { ["NetworkCategory"] = (uint)network! })],
            (@"root\standardcimv2", _) when machine.Build < FirstBuildWithTcpClass =>
                throw new SimulatedManagementException(SimulatedManagementException.InvalidNamespace, "Invalid namespace"),
            (@"root\cimv2\terminalservices", "win32_tsgeneralsetting") => SettingRows(machine),
            (@"root\cimv2\security\microsoftvolumeencryption", "win32_encryptablevolume") =>
                [new() { ["DriveLetter"] = "C:", ["ProtectionStatus"] = machine.BitLocker ? 1u : 0u }],
            (@"root\rsop\computer", "rsop_registrypolicysetting") => [.. PolicyRows(machine)],
            _ => null,
        };

    private static Dictionary<string, object?> ServiceRow(Service service) => new()
    {
        ["Name"] = service.Name,
        ["State"] = service.State switch
        {
            1 => "Stopped", 2 => "Start Pending", 3 => "Stop Pending", 4 => "Running",
            5 => "Continue Pending", 6 => "Pause Pending", 7 => "Paused", _ => "Unknown",
        },
        ["ProcessId"] = service.Pid,
        ["ExitCode"] = service.ExitCode,
    };

    private static Dictionary<string, object?> SocketRow(Socket socket) => new()
    {
        ["LocalAddress"] = socket.Address, ["LocalPort"] = (ushort)socket.Port, ["State"] = (byte)2, ["OwningProcess"] = socket.Pid,
    };

    private static List<Dictionary<string, object?>> SettingRows(Machine machine)
    {
        var sources = machine.Management["policy_source"]!.AsObject();
        return [new()
        {
            ["TerminalName"] = "RDP-Tcp",
            ["PolicySourceSecurityLayer"] = (uint?)sources["layer"],
            ["PolicySourceUserAuthenticationRequired"] = (uint?)sources["nla"],
            ["PolicySourceMinEncryptionLevel"] = (uint?)sources["minenc"],
            ["SSLCertificateSHA1HashType"] = (uint?)machine.Management["certificate_hash_type"],
            ["SSLCertificateSHA1Hash"] = ((string?)machine.Management["certificate_hash"])?.ToUpperInvariant(),
        }];
    }

    private static IEnumerable<Dictionary<string, object?>> PolicyRows(Machine machine)
    {
        foreach (var entry in machine.Management["rsop"]!.AsArray())
        {
            var name = (string)entry!;
            var cut = name.LastIndexOf('\\');
            yield return new() { ["registryKey"] = name[..cut], ["valueName"] = name[(cut + 1)..] };
        }
    }

    // CIM_DATETIME in the time zone of the machine: an hour east of Greenwich, to be sure that
    // nobody takes local time for UTC.
    private static string WmiTime(long unixSeconds) =>
        Simulation.Time(unixSeconds).AddMinutes(60).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + ".500000+060";
}
