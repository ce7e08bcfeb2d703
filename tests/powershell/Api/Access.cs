// Who may do what with a file or key: an access check of descriptors in SDDL, for the account that the
// script runs as. It knows the texts that the simulated fleet writes.
using System.Globalization;
using System.Text.RegularExpressions;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public static partial class AccessCheck
{
    public const uint WriteDac = 0x40000, SetValue = 0x2, CreateSubKey = 0x4;
    private const string System = "S-1-5-18", Administrators = "S-1-5-32-544";

    private static readonly Dictionary<string, string> accounts = new()
    {
        ["SY"] = System, ["BA"] = Administrators, ["WD"] = "S-1-1-0", ["AU"] = "S-1-5-11", ["NS"] = "S-1-5-20", ["LS"] = "S-1-5-19", ["BU"] = "S-1-5-32-545",
    };

    private static readonly Dictionary<string, uint> rights = new()
    {
        ["FA"] = 0x1f01ff, ["FR"] = 0x120089, ["FW"] = 0x120116, ["FX"] = 0x1200a0, ["KA"] = 0xf003f, ["KR"] = 0x20019, ["KW"] = 0x20006,
    };

    // An owner may always write the DACL. No descriptor: nothing is known that forbids it.
    public static bool Allows(string? sddl, uint wanted)
    {
        if (sddl is null) return true;
        var token = Token();
        var owner = Owner().Match(sddl);
        var granted = owner.Success && token.Contains(Sid(owner.Groups["who"].Value)) ? WriteDac : 0;
        uint refused = 0;
        foreach (var entry in Entry().Matches(sddl[Math.Max(0, sddl.IndexOf("D:", StringComparison.Ordinal))..]).Cast<Match>())
        {
            if (entry.Groups["flags"].Value.Contains("IO", StringComparison.Ordinal) || !token.Contains(Sid(entry.Groups["who"].Value))) continue;
            var mask = Mask(entry.Groups["mask"].Value);
            if (entry.Groups["kind"].Value == "A") granted |= mask & ~refused;
            else refused |= mask & ~granted;
        }
        return (granted & wanted) == wanted;
    }

    // As Windows does when a descriptor is set: what keys below have from above is what is above.
    public static void HandDown(RegistryNode node)
    {
        foreach (var child in node.Keys.Values.Where(child => child.Sddl is not null && !child.Sddl.Contains("D:P", StringComparison.Ordinal)))
        {
            var entries = Entry().Matches(child.Sddl!).Select(match => match.Value).Where(entry => !entry.Contains("ID;", StringComparison.Ordinal));
            var inherited = Entry().Matches(node.Sddl!).Where(match => match.Groups["flags"].Value.Contains("CI", StringComparison.Ordinal))
                .Select(match => match.Value.Replace($";{match.Groups["flags"].Value};", ";CIID;", StringComparison.Ordinal));
            child.Sddl = child.Sddl![..child.Sddl!.IndexOf('(', StringComparison.Ordinal)] + string.Concat(entries.Concat(inherited));
            HandDown(child);
        }
    }

    private static HashSet<string> Token()
    {
        var machine = Simulation.Machine;
        HashSet<string> token = [machine.AccountSid, "S-1-1-0", "S-1-5-11"];
        if (machine.AccountSid == System || machine.Elevated) token.Add(Administrators);
        return token;
    }

    private static string Sid(string text) => accounts.GetValueOrDefault(text, text);

    private static uint Mask(string text) => rights.TryGetValue(text, out var mask) ? mask
        : text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^O:(?<who>S-[\d-]+|[A-Z]{2})")]
    private static partial Regex Owner();

    [GeneratedRegex(@"\((?<kind>[AD]);(?<flags>[A-Z]*);(?<mask>\w+);;;(?<who>[\w-]+)\)")]
    private static partial Regex Entry();
}
