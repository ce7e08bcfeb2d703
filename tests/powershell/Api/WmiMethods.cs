// Stands in for what System.Management calls on objects: the descriptor of a file, and its text.
using System.Text.RegularExpressions;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedInvokeOptions
{
    public TimeSpan Timeout { get; set; }
}

// Win32_SecurityDescriptor, and what a method returns beside its number.
public sealed record SimulatedWin32Descriptor(string Sddl);

public sealed record SimulatedOutput(uint ReturnValue, SimulatedWin32Descriptor? Descriptor);

public sealed record SimulatedText(uint ReturnValue, string? SDDL);

public sealed partial class SimulatedManagementObject(string path)
{
    private const uint Denied = 2; // the class's own code

    public SimulatedScope Scope { get; } = new();

    public SimulatedOutput InvokeMethod(string name, object? arguments, SimulatedInvokeOptions options)
    {
        var match = Setting().Match(path);
        if (!match.Success || name != "GetSecurityDescriptor" || arguments is not null) throw new NotSupportedException($"{path} {name}");
        if (options.Timeout <= TimeSpan.Zero) throw new InvalidOperationException("a call without a limit of time");
        WmiProvider.CheckClass(@"root\cimv2", "Win32_LogicalFileSecuritySetting");
        var file = SimulatedFile.Find(match.Groups["path"].Value.Replace(@"\\", @"\"));
        // A privilege that is held counts only for who has it enabled.
        var backup = Scope.Options.EnablePrivileges && Simulation.Machine.WmiUsesBackup;
        return file.DescriptorReadable || backup ? new(0, new(file.Sddl)) : new(Denied, null);
    }

    [GeneratedRegex(@"^Win32_LogicalFileSecuritySetting\.Path='(?<path>[A-Z]:\\\\(?:[^\\']+|\\\\)+)'$")]
    private static partial Regex Setting();
}

public sealed class SimulatedManagementClass(string name)
{
    public SimulatedText Win32SDToSDDL(SimulatedWin32Descriptor descriptor)
    {
        if (name != "Win32_SecurityDescriptorHelper") throw new NotSupportedException(name);
        WmiProvider.CheckClass(@"root\cimv2", name);
        return new(0, descriptor.Sddl);
    }
}
