// The part of WQL that our scripts use: SELECT columns FROM class WHERE comparisons joined by AND or OR.
using System.Globalization;
using System.Text.RegularExpressions;

namespace Rdpsweep.PowerShell.Api;

public sealed partial class Wql
{
    private sealed record Comparison(string Column, string Operator, string Value);

    private readonly List<Comparison> comparisons = [];
    private bool any; // OR

    public string Class { get; private init; } = "";

    public IReadOnlyList<string> Columns { get; private init; } = []; // empty: *

    public bool Selects(string column) => Columns.Count == 0 || Columns.Contains(column, StringComparer.OrdinalIgnoreCase);

    public static Wql Parse(string text)
    {
        var match = Statement().Match(text);
        if (!match.Success) throw new SimulatedManagementException(SimulatedManagementException.InvalidQuery, $"Invalid query: {text}");
        var columns = match.Groups["columns"].Value;
        var query = new Wql
        {
            Class = match.Groups["class"].Value,
            Columns = columns == "*" ? [] : columns.Split(',', StringSplitOptions.TrimEntries),
        };
        query.ParseWhere(match.Groups["where"].Value);
        return query;
    }

    public bool Matches(Dictionary<string, object?> row)
    {
        if (comparisons.Count == 0) return true;
        return any ? comparisons.Any(one => Holds(one, row)) : comparisons.All(one => Holds(one, row));
    }

    private void ParseWhere(string where)
    {
        if (where.Length == 0) return;
        any = where.Contains(" OR ", StringComparison.OrdinalIgnoreCase);
        if (any && where.Contains(" AND ", StringComparison.OrdinalIgnoreCase)) throw new NotSupportedException(where);
        foreach (var part in Regex.Split(where, any ? " OR " : " AND ", RegexOptions.IgnoreCase))
        {
            var match = Condition().Match(part.Trim());
            if (!match.Success) throw new SimulatedManagementException(SimulatedManagementException.InvalidQuery, $"Invalid query: {part}");
            comparisons.Add(new(match.Groups["column"].Value, match.Groups["operator"].Value, match.Groups["value"].Value));
        }
    }

    private static bool Holds(Comparison one, Dictionary<string, object?> row)
    {
        if (!row.TryGetValue(one.Column, out var value)) throw new SimulatedManagementException(SimulatedManagementException.InvalidQuery, one.Column);
        if (one.Operator == "<") return Convert.ToUInt64(value, CultureInfo.InvariantCulture) < ulong.Parse(one.Value, CultureInfo.InvariantCulture);
        if (one.Operator == "=") return string.Equals($"{value}", one.Value, StringComparison.OrdinalIgnoreCase);
        var pattern = "^" + Regex.Escape(one.Value).Replace("%", ".*") + "$";
        return Regex.IsMatch($"{value}", pattern, RegexOptions.IgnoreCase | RegexOptions.Singleline);
    }

    [GeneratedRegex(@"^\s*SELECT\s+(?<columns>\*|\w+(\s*,\s*\w+)*)\s+FROM\s+(?<class>\w+)(\s+WHERE\s+(?<where>.+))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Statement();

    [GeneratedRegex(@"^(?<column>\w+)\s*(?<operator>=|<|LIKE)\s*(?<quote>['""]?)(?<value>.*?)\k<quote>$", RegexOptions.IgnoreCase)]
    private static partial Regex Condition();
}
