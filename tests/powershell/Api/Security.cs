// Stands in for security descriptors, accounts and tokens.
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

// FileSecurity, DirectorySecurity and RegistrySecurity, as far as SDDL goes.
public class SimulatedDescriptor(string sddl)
{
    // A key without a descriptor of its own has that of SOFTWARE, inherited.
    public const string InheritedKey = "O:SYG:SYD:AI(A;CIID;KR;;;BU)(A;CIID;KA;;;BA)(A;CIID;KA;;;SY)";

    public string Sddl { get; private set; } = sddl;

    // The parts asked for; the group is not among owner and access rules.
    public string GetSecurityDescriptorSddlForm(string sections)
    {
        if (sections != "Access,Owner") throw new NotSupportedException($"sections {sections}");
        return WithoutGroup(Sddl);
    }

    public void SetSecurityDescriptorSddlForm(string sddl) => Sddl = sddl;

    // The DACL alone: owner and group stay.
    public void SetSecurityDescriptorSddlForm(string sddl, string sections)
    {
        if (sections != "Access") throw new NotSupportedException($"sections {sections}");
        Sddl = Sddl[..Sddl.IndexOf("D:", StringComparison.Ordinal)] + sddl[sddl.IndexOf("D:", StringComparison.Ordinal)..];
    }

    internal static string WithoutGroup(string sddl)
    {
        var group = sddl.IndexOf("G:", StringComparison.Ordinal);
        var dacl = sddl.IndexOf("D:", StringComparison.Ordinal);
        return group < 0 || dacl < group ? sddl : sddl[..group] + sddl[dacl..];
    }
}

public sealed class SimulatedFileSecurity(string path, string sections) : SimulatedDescriptor(Read(path, sections))
{
    private static string Read(string path, string sections)
    {
        Simulation.Journal.Read($"file:{path}", "descriptor");
        if (sections != "Access,Owner") throw new NotSupportedException($"sections {sections}");
        var file = SimulatedFile.Find(path);
        if (!file.DescriptorReadable) throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
        return file.Sddl;
    }
}

public sealed record SimulatedSid(string Value)
{
    public override string ToString() => Value;
}

public sealed class SimulatedAccount(string name)
{
    private const int English = 1033;

    // Some account of the domain; what it is called does not matter.
    private const string domainAccount = "S-1-5-21-1004336348-1177238915-682003330-2604";

    public SimulatedSid Translate(Type to)
    {
        Simulation.Journal.Read($"account:{name}");
        if (to != typeof(SimulatedSid)) throw new NotSupportedException(to.FullName);
        // English names of built-in accounts are unknown to a Windows of another language.
        var builtIn = name.StartsWith(@"BUILTIN\", StringComparison.OrdinalIgnoreCase) || name.StartsWith(@"NT AUTHORITY\", StringComparison.OrdinalIgnoreCase);
        if (builtIn && Simulation.Machine.Lcid == English) return new SimulatedSid("S-1-5-32-544");
        if (builtIn || name.Contains("deleted", StringComparison.OrdinalIgnoreCase)) throw new InvalidOperationException("Some or all identity references could not be translated.");
        return new SimulatedSid(domainAccount);
    }
}

public sealed class SimulatedIdentity
{
    public SimulatedSid User => new(Simulation.Machine.AccountSid);

    public static SimulatedIdentity GetCurrent()
    {
        Simulation.Journal.Read("token:self");
        return new SimulatedIdentity();
    }
}

public sealed class SimulatedPrincipal(SimulatedIdentity identity)
{
    public SimulatedIdentity Identity { get; } = identity;

    public bool IsInRole(SimulatedSid sid) => sid.Value == "S-1-5-32-544" && Simulation.Machine.Elevated;
}
