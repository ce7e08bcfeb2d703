// Compares two facts/1 documents, member by member.
using System.Text.Json.Nodes;

namespace Rdpsweep.PowerShell.Tests;

public static class Differences
{
    // What two looks at the same machine may tell differently: how long they took, and when.
    private static readonly HashSet<string> timings = ["/collector/ms", "/collector/utc", "/hs/#/ms"];

    // The order of these is nobody's promise.
    private static readonly HashSet<string> sets = ["/unread", "/evt", "/listener/sockets/#/svcs"];

    public static IReadOnlyList<string> Between(JsonNode expected, JsonNode actual)
    {
        var found = new List<string>();
        Walk("", "", expected, actual, found);
        return found;
    }

    // path names the place; shape is path with '#' for every index.
    private static void Walk(string path, string shape, JsonNode? expected, JsonNode? actual, List<string> found)
    {
        if (timings.Contains(shape) && expected is not null && actual is not null) return;
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)))
                {
                    Walk($"{path}/{name}", $"{shape}/{name}", left[name], right[name], found);
                }
                break;
            case (JsonArray left, JsonArray right) when sets.Contains(shape):
                WalkSet(path, left, right, found);
                break;
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                for (var i = 0; i < left.Count; i++) Walk($"{path}/{i}", $"{shape}/#", left[i], right[i], found);
                break;
            default:
                if (Text(expected) != Text(actual)) found.Add($"{path}: expected {Text(expected)}, got {Text(actual)}");
                break;
        }
    }

    private static void WalkSet(string path, JsonArray expected, JsonArray actual, List<string> found)
    {
        var left = expected.Select(Text).Order(StringComparer.Ordinal).ToList();
        var right = actual.Select(Text).Order(StringComparer.Ordinal).ToList();
        foreach (var item in left.Where(item => !right.Remove(item))) found.Add($"{path}: lacks {item}");
        found.AddRange(right.Select(item => $"{path}: has {item}"));
    }

    // Members in order of their names, so that equal nodes give equal texts.
    private static string Text(JsonNode? node) => node switch
    {
        null => "nothing",
        JsonObject members => "{" + string.Join(",", members.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{Text(pair.Value)}")) + "}",
        JsonArray items => "[" + string.Join(",", items.Select(Text)) + "]",
        _ => node.ToJsonString(),
    };
}
