// Holds what a script uses against a list of what it may use.
using System.Management.Automation.Language;

namespace Rdpsweep.PowerShell.Audit;

public sealed class AllowList
{
    // Newer than PowerShell 2.0 and .NET 3.5: allowed where an older machine takes another way.
    private static readonly HashSet<string> guardedByVersion = new(["Get-CimInstance"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> guardedByTry = new(
        ["Microsoft.Win32.RegistryKey::OpenBaseKey/2", "IO.Directory::EnumerateFiles/1"], StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> allowed = new(StringComparer.OrdinalIgnoreCase);

    // A line an entry, "kind name"; '#' begins a comment.
    public AllowList(IEnumerable<string> lines)
    {
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.Length > 0 && line[0] != '#') allowed.Add(line);
        }
    }

    // What the script uses and may not, in the order of its lines.
    public IReadOnlyList<Use> Offences(string script) =>
        [.. ScriptReader.Uses(ScriptReader.Parse(script)).Where(use => !Allows(use)).OrderBy(use => use.Line)];

    // Entries that the script has no need of: the list shall not be longer than necessary.
    public IReadOnlyList<string> Unused(string script)
    {
        var used = ScriptReader.Uses(ScriptReader.Parse(script)).SelectMany(Entries).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. allowed.Where(entry => !used.Contains(entry))];
    }

    private bool Allows(Use use)
    {
        if (!Entries(use).Any(allowed.Contains)) return false;
        if (use.Kind == "command" && guardedByVersion.Contains(use.Name)) return IsGuarded(use.Node, AsksForVersion);
        if (use.Kind == "static" && guardedByTry.Contains(use.Name)) return IsGuarded(use.Node, MayFail);
        return true;
    }

    private static IEnumerable<string> Entries(Use use)
    {
        yield return $"{use.Kind} {use.Name}";
        if (use.Kind == "assignment") yield return "table " + use.Name[1..use.Name.LastIndexOf('.')];
    }

    private static bool IsGuarded(Ast node, Func<Ast, Ast, bool> guards)
    {
        for (var (inner, outer) = (node, node.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            if (guards(outer, inner)) return true;
        }
        return false;
    }

    private static bool AsksForVersion(Ast outer, Ast inner) =>
        outer is IfStatementAst branch && branch.Clauses.Any(clause =>
            clause.Item2 == inner && clause.Item1.Extent.Text.Contains("$PSVersionTable.PSVersion.Major -ge", StringComparison.OrdinalIgnoreCase));

    private static bool MayFail(Ast outer, Ast inner) => outer is TryStatementAst attempt && attempt.Body == inner && attempt.CatchClauses.Count > 0;
}
