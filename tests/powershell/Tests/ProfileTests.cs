// The collector on every kind of machine there is in the simulated fleet. It takes long because it runs some 400
// times, in full and lean.
using System.Text.Json.Nodes;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

[Group("profiles")]
public static class ProfileTests
{
    private const int RunCommandTail = 4096; // bytes of output that Azure Run Command keeps

    private sealed record Look(Machine Machine, JsonObject Facts);

    private static readonly Lazy<List<Look>> full = new(() => [.. Fixture.Machines.Where(machine => machine.LanguageMode == "FullLanguage").Select(machine => new Look(machine, Collecting.Full(machine)))]);

    private sealed record LeanLook(Machine Machine, JsonObject Facts, int Bytes);

    private static readonly Lazy<List<LeanLook>> lean = new(() => [.. Fixture.Machines.Where(machine => machine.LanguageMode == "FullLanguage").Select(machine =>
    {
        var text = Collecting.Print(machine, "lean");
        return new LeanLook(machine, Collecting.ReadLean(text), text.Length);
    })]);

    [Test("full: the facts of every profile equal the fleet's, field by field")]
    public static void FullEqualsFleet() =>
        Check.Empty(full.Value.SelectMany(look => Named(look.Machine, Differences.Between(look.Machine.Facts, look.Facts))), "differences");

    [Test("lean: the facts of every profile equal the fleet's, less what the profile leaves out")]
    public static void LeanEqualsFleet() =>
        Check.Empty(lean.Value.SelectMany(look => Named(look.Machine, Differences.Between(Leaner(look.Machine.Facts), look.Facts))), "differences");

    [Test("full and lean: nothing is written, on any profile")]
    public static void NothingIsWritten()
    {
        var machines = full.Value.Select(look => look.Machine).Concat(lean.Value.Select(look => look.Machine)).ToList();
        Check.That(machines.All(machine => machine.Journal.Entries.Count > 100), "a run that read next to nothing");
        Check.Empty(machines.SelectMany(machine => machine.Journal.Writes.Select(entry => $"{machine.Profile}: {entry}")), "writes");
    }

    // A second certificate takes it past the limit, and long lists of policies reach it.
    [Test("lean: the answer of a healthy machine with one certificate fits the tail of Run Command")]
    public static void LeanFits()
    {
        var ordinary = lean.Value.Where(look => Certificates(look.Facts) <= 1 && look.Machine.Profile.StartsWith("healthy", StringComparison.Ordinal)).ToList();
        Check.That(ordinary.Count >= 15, $"hardly a machine was looked at: {ordinary.Count}");
        Console.WriteLine($"        {ordinary.Count} machines, at most {ordinary.Max(look => look.Bytes)} bytes");
        Check.Empty(ordinary.Where(look => look.Bytes > RunCommandTail).Select(look => $"{look.Machine.Profile}: {look.Bytes} bytes"), "too long");
    }

    private static int Certificates(JsonObject facts) =>
        (facts["cert"]?["store"]?.AsArray().Count ?? 0) + (facts["cert"]?["my_match"] is null ? 0 : 1);

    [Test("the documents are kept for the schema to be held against them")]
    public static void DocumentsAreKept()
    {
        var path = Environment.GetEnvironmentVariable("RDPSWEEP_FACTS_OUT");
        Check.That(path is not null, "RDPSWEEP_FACTS_OUT names no file");
        File.WriteAllLines(path!, full.Value.Select(look => look.Facts).Concat(lean.Value.Select(look => look.Facts)).Select(facts => facts.ToJsonString()));
    }

    // "most" leaves Windows' own certificate out where another one is configured and it would not fit.
    [Test("lean: with a certificate that is configured the answer fits, and says what it left out")]
    public static void ConfiguredFits()
    {
        var machines = Fixture.Machines.Where(machine => machine.Facts["cert"]?["my_match"] is not null).ToList();
        Check.That(machines.Count > 5, "too few machines with a configured certificate");
        var misfits = new List<string>();
        foreach (var machine in machines)
        {
            var text = Collecting.Print(machine, "lean", null, RunCommandTail);
            var facts = Collecting.ReadLean(text, 1008);
            var skipped = facts["unread"]!.AsArray().Any(entry => (string)entry!["ptr"]! == "/cert/store" && (string)entry["why"]! == "skipped");
            if (skipped == (facts["cert"]!["store"] is not null)) misfits.Add($"{machine.Profile}: store and unread disagree");
            if (text.Length > RunCommandTail) misfits.Add($"{machine.Profile}: {text.Length} bytes");
        }
        Check.Empty(misfits, "misfits");
    }

    private static IEnumerable<string> Named(Machine machine, IEnumerable<string> differences) =>
        differences.Select(difference => $"{machine.Profile} ({machine.Build}): {difference}");

    // Of the events only what Schannel said of our own handshake, and of the key files only those of RDP's own containers.
    private static JsonObject Leaner(JsonObject facts)
    {
        var result = facts.DeepClone().AsObject();
        var events = OwnEvents(facts);
        foreach (var name in new[] { "evt", "evt_window_h", "evt_oldest_utc" }) result.Remove(name);
        var unread = result["unread"]!.AsArray();
        foreach (var entry in unread.Where(entry => ((string)entry!["ptr"]!).StartsWith("/evt", StringComparison.Ordinal)).ToList()) unread.Remove(entry);
        string[] logs = events.Count == 0 ? [""] : ["/Schannel", "/TermService", "/SCM", "/NETLOGON", "/RdpCoreTS", "/LSM", "/Security"];
        foreach (var log in logs) unread.Add(new JsonObject { ["ptr"] = "/evt" + log, ["why"] = "skipped", ["code"] = "lean" });
        if (events.Count > 0) result["evt"] = new JsonArray([.. events.Select(entry => entry.DeepClone())]);
        (result["cert"] as JsonObject)?.Remove("program_data");
        (result["listener"] as JsonObject)?.Remove("winstations");
        foreach (var name in new[] { "files", "cng_files" }) KeepRdpKeys(result["keys"]!.AsObject(), name, unread);
        return result;
    }

    private static List<JsonNode> OwnEvents(JsonObject facts)
    {
        if ((string?)facts["hs"]?[0]?["stage"] != "tls" || facts["evt"] is not JsonArray all) return [];
        return [.. all.Where(entry => (string)entry!["prov"]! == "Schannel" && (int)entry["id"]! is >= 36869 and <= 36874
            && (string)entry["utc"]! == (string)facts["collector"]!["utc"]!).Take(4).Select(entry => entry!)];
    }

    private static void KeepRdpKeys(JsonObject keys, string name, JsonArray unread)
    {
        if (keys[name] is not JsonArray files) return;
        string[] own = ["f686aace", "d86b1e84", "7215b202", "aae70b26", "eddb3aad", "863dffb7", "c8c81422", "101d0734", "5e9f1fbf"];
        var others = files.Where(file => !own.Any(prefix => ((string)file!["n"]!).StartsWith(prefix, StringComparison.Ordinal))).ToList();
        foreach (var file in others) files.Remove(file);
        keys["other_count"] = (int)keys["other_count"]! + others.Count;
        // RDP's own are the first, so that the places of what stays do not change.
        foreach (var entry in unread.ToList())
        {
            var parts = ((string)entry!["ptr"]!).Split('/');
            if (parts.Length == 5 && parts[1] == "keys" && parts[2] == name && int.Parse(parts[3]) >= files.Count) unread.Remove(entry);
        }
    }
}
