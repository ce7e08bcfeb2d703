// Which stand-in answers to which of .NET's names. The engine looks into its table of accelerators
// before it looks for types, so that the text of a script stays as it is.
using System.Management.Automation;
using System.Reflection;
using Rdpsweep.PowerShell.Api;

namespace Rdpsweep.PowerShell.Engine;

public static class TypeNames
{
    private static readonly Dictionary<string, Type> standIns = new()
    {
        ["Microsoft.Win32.RegistryKey"] = typeof(SimulatedRegistryKey),
        ["Microsoft.Win32.Registry"] = typeof(SimulatedRegistry),
        ["IO.File"] = typeof(SimulatedFile),
        ["IO.FileInfo"] = typeof(SimulatedFileInfo),
        ["IO.Directory"] = typeof(SimulatedDirectory),
        ["IO.Path"] = typeof(SimulatedPath),
        ["Security.AccessControl.FileSecurity"] = typeof(SimulatedFileSecurity),
        ["Security.AccessControl.DirectorySecurity"] = typeof(SimulatedFileSecurity),
        ["Security.AccessControl.RegistrySecurity"] = typeof(SimulatedDescriptor),
        ["Security.Principal.NTAccount"] = typeof(SimulatedAccount),
        ["Security.Principal.SecurityIdentifier"] = typeof(SimulatedSid),
        ["Security.Principal.WindowsIdentity"] = typeof(SimulatedIdentity),
        ["Security.Principal.WindowsPrincipal"] = typeof(SimulatedPrincipal),
        ["Diagnostics.Process"] = typeof(SimulatedProcess),
        ["Diagnostics.Eventing.Reader.EventLogQuery"] = typeof(SimulatedEventLogQuery),
        ["Diagnostics.Eventing.Reader.EventLogReader"] = typeof(SimulatedEventLogReader),
        ["Management.InvokeMethodOptions"] = typeof(SimulatedInvokeOptions),
        ["Management.ManagementClass"] = typeof(SimulatedManagementClass),
        ["Management.ManagementObject"] = typeof(SimulatedManagementObject),
        ["Management.ManagementObjectSearcher"] = typeof(SimulatedSearcher),
        ["Net.Sockets.TcpClient"] = typeof(SimulatedTcpClient),
        ["Net.Sockets.SocketException"] = typeof(SimulatedSocketException),
        ["Net.NetworkInformation.IPGlobalProperties"] = typeof(SimulatedNetwork),
        ["Net.Security.SslStream"] = typeof(SimulatedSslStream),
        ["ServiceProcess.ServiceController"] = typeof(SimulatedServiceController),
        ["Environment"] = typeof(SimulatedEnvironment),
        ["Console"] = typeof(SimulatedConsole),
        ["Globalization.CultureInfo"] = typeof(SimulatedCultureInfo),
    };

    public static IReadOnlyDictionary<string, Type> StandIns => standIns;

    // Makes the stand-ins known for the rest of the process. To be called before the engine parses
    // anything: it remembers which type a name led to.
    public static void Install()
    {
        var table = Table();
        foreach (var (name, type) in standIns)
        {
            table[name] = type;
            if (!name.StartsWith("Microsoft.", StringComparison.Ordinal)) table["System." + name] = type;
        }
    }

    private static Dictionary<string, Type> Table()
    {
        var accelerators = typeof(PSObject).Assembly.GetType("System.Management.Automation.TypeAccelerators", true)!;
        var field = accelerators.GetField("builtinTypeAccelerators", BindingFlags.Static | BindingFlags.NonPublic);
        return (Dictionary<string, Type>)(field?.GetValue(null)
            ?? throw new InvalidOperationException("this engine keeps its type accelerators elsewhere"));
    }
}
