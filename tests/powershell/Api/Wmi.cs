// Stands in for System.Management: a few classes, and the WQL that asks for them.
using System.Collections;
using System.Management.Automation;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedManagementException(uint code, string message) : Exception(message)
{
    public const uint AccessDenied = 0x80041003;
    public const uint InvalidNamespace = 0x8004100e;
    public const uint InvalidClass = 0x80041010;
    public const uint InvalidQuery = 0x80041017;
    public const uint TimedOut = 0x00040004;

    public int ErrorCode { get; } = unchecked((int)code);
}

public sealed class SimulatedConnection
{
    public object? Authentication { get; set; }

    public bool EnablePrivileges { get; set; }
}

public sealed class SimulatedScope
{
    public SimulatedConnection Options { get; } = new();
}

public sealed class SimulatedEnumeration
{
    public TimeSpan Timeout { get; set; }
}

public sealed class SimulatedSearcher(string scope, string query)
{
    public SimulatedScope Scope { get; } = new();

    public SimulatedEnumeration Options { get; } = new();

    // Like the real one it fails when it is read, not when it is made.
    public IEnumerable Get()
    {
        // The namespace of Terminal Services wants packet privacy.
        if (scope.EndsWith("TerminalServices", StringComparison.OrdinalIgnoreCase) &&
            $"{Scope.Options.Authentication}" != "PacketPrivacy")
        {
            throw new SimulatedManagementException(SimulatedManagementException.AccessDenied, "Access denied");
        }
        if (Options.Timeout <= TimeSpan.Zero) throw new InvalidOperationException("a query without a limit of time");
        foreach (var row in WmiProvider.Query(scope, query)) yield return row;
    }
}

public static class WmiProvider
{
    public static IEnumerable<PSObject> Query(string scope, string text)
    {
        var query = Wql.Parse(text);
        CheckClass(scope, query.Class);
        var rows = WmiClasses.Rows(Simulation.Machine, scope, query.Class) ?? throw NoClass(query.Class);
        return rows.Where(query.Matches).Select(row => Project(row, query));
    }

    // Notes that the class is asked, and throws where the machine does not let it.
    public static void CheckClass(string scope, string name)
    {
        Simulation.Journal.Read($"wmi:{scope}:{name}");
        if (Simulation.Machine.FindLimit("wmi:" + scope) is { } limit) throw Refusal(limit);
        if (Simulation.Machine.MissingClasses.Contains(name)) throw NoClass(name);
        if (Simulation.Machine.FindLimit($"wmi:{scope}:{name}") is { } own) throw Refusal(own);
    }

    private static PSObject Project(Dictionary<string, object?> row, Wql query)
    {
        var result = new PSObject();
        foreach (var (name, value) in row)
        {
            if (query.Selects(name)) result.Properties.Add(new PSNoteProperty(name, value));
        }
        if (query.Columns.FirstOrDefault(column => !row.ContainsKey(column)) is { } unknown)
        {
            throw new SimulatedManagementException(SimulatedManagementException.InvalidQuery, $"Invalid query: {unknown}");
        }
        return result;
    }

    private static SimulatedManagementException Refusal(Limit limit) => limit.Why switch
    {
        "denied" => new(SimulatedManagementException.AccessDenied, "Access denied"),
        "timeout" => new(SimulatedManagementException.TimedOut, "Timed out"),
        "unsupported" => new(SimulatedManagementException.InvalidNamespace, "Invalid namespace"),
        _ => new(0x80041001, "Generic failure"),
    };

    private static SimulatedManagementException NoClass(string name) =>
        new(SimulatedManagementException.InvalidClass, $"Invalid class \"{name}\"");
}
