// Every fix on every simulated machine that needs it, by the script that goes to a host: it writes what
// the plan names and nothing else, a second run writes nothing, and undoing restores the machine to
// the byte. The facts afterwards go to a file, for the rules to say whether it is cured. It takes long because each of
// some 50 fixes runs its script five times and the collector once.
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rdpsweep.PowerShell.Audit;
using Rdpsweep.PowerShell.Engine;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

[Group("changes")]
public static partial class ChangeTests
{
    private sealed record Prepared(string Name, string Profile, string Fix, string[] Lines)
    {
        public override string ToString() => $"{Fix} on {Name} ({Profile})";

        public IEnumerable<string[]> Changes => Lines.Select(line => line.Split('|'));
    }

    private sealed record Row(string Found, string Did, string Now, string Why);

    private static string Script => File.ReadAllText(Path.Combine(Fixture.Source, "probes/fix/change.ps1"));

    private static IEnumerable<Prepared> All =>
        File.ReadLines(Environment.GetEnvironmentVariable("RDPSWEEP_CHANGES")!).Select(line => JsonNode.Parse(line)!)
            .Select(node => new Prepared((string)node["name"]!, (string)node["profile"]!, (string)node["fix"]!,
                ((string)node["changes"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries)));

    [Test("what is planned is found, done once, and undone to the byte; nothing else is written")]
    public static void EveryFix()
    {
        using var facts = new StreamWriter(Environment.GetEnvironmentVariable("RDPSWEEP_FIXED_OUT")!);
        var count = 0;
        foreach (var prepared in All)
        {
            DoAndUndo(prepared, facts);
            count++;
        }
        Check.That(count >= 20, $"only {count} fixes to try");
    }

    private static void DoAndUndo(Prepared prepared, StreamWriter facts)
    {
        Check.That(prepared.Lines.Length > 0, $"{prepared}: nothing is planned");
        var machine = Fixture.Named(prepared.Name);
        var before = machine.Snapshot();
        var read = Run(machine, "read", prepared);
        Check.Empty(machine.Journal.Writes, $"{prepared}: writes while looking");
        foreach (var (row, change) in read.Zip(prepared.Changes))
        {
            Check.That(Same(change[3], row.Found), $"{prepared}: planned {change[3]}, found {row.Found} {row.Why}");
        }
        var applied = Run(machine, "apply", prepared);
        Check.That(applied.All(row => row.Did == "written"), $"{prepared}: {string.Join(", ", applied)}");
        CheckWrites(machine, prepared);
        var written = machine.Journal.Writes.Count();
        var again = Run(machine, "apply", prepared);
        Check.That(again.All(row => row.Did == "kept"), $"{prepared}, again: {string.Join(", ", again)}");
        Check.Equal(written, machine.Journal.Writes.Count(), $"{prepared}: writes of a second run");
        facts.WriteLine(new JsonObject
        {
            ["name"] = prepared.Name, ["fix"] = prepared.Fix, ["now"] = machine.Now, ["facts"] = Collecting.Full(machine),
        }.ToJsonString());
        // What was found before is what is put back: how much of a key was missing stands in it.
        var exact = prepared with { Lines = [.. prepared.Changes.Zip(read, (change, row) => string.Join('|', change[0], change[1], change[2], row.Found, change[4]))] };
        var undone = Run(machine, "undo", exact);
        Check.That(undone.All(row => row.Did == "written"), $"{prepared}, undone: {string.Join(", ", undone)}");
        Check.Equal(before, machine.Snapshot(), $"{prepared}: the machine after undoing");
        var twice = Run(machine, "undo", exact);
        Check.That(twice.All(row => row.Did == "kept"), $"{prepared}, undone again: {string.Join(", ", twice)}");
    }

    [Test("a machine that is neither as planned nor done is left alone, all of it")]
    public static void Drift()
    {
        foreach (var prepared in All.GroupBy(prepared => prepared.Fix).Select(group => group.First()))
        {
            var machine = Fixture.Named(prepared.Name);
            var last = prepared.Lines[^1].Split('|');
            var whole = last[0] is "start" or "run" or "certificate" or "boot" or "firewall" or "account";
            if (whole) (last[3], last[4]) = ("other:x", "other:y");
            else last[3] = last[3].StartsWith("sddl:", StringComparison.Ordinal) ? "sddl:O:SYD:PAI(A;;FA;;;WD)" : "dword:77";
            if (!whole) last[4] = last[3] == "dword:77" ? "dword:78" : "sddl:O:SYD:PAI(A;;FA;;;AN)";
            var wrong = prepared with { Lines = [.. prepared.Lines[..^1], string.Join('|', last)] };
            var rows = Run(machine, "apply", wrong);
            Check.Equal("drift", rows[^1].Did, $"{prepared}");
            Check.That(rows.All(row => row.Did != "written"), $"{prepared}: {string.Join(", ", rows)}");
            Check.Empty(machine.Journal.Writes, $"{prepared}: writes in spite of drift");
        }
    }

    [Test("a key that was not there is gone again after undoing, and one that holds more stays")]
    public static void KeysThatWereMissing()
    {
        const string line = @"value|SOFTWARE\RdpsweepTest\One\Two|Number|absent/3|dword:4294967295";
        var prepared = new Prepared("", "", "test", [line]);
        var machine = Fixture.Machine("healthy_2016");
        var before = machine.Snapshot();
        Check.Equal("absent/3", Run(machine, "read", prepared)[0].Found, "levels that are missing");
        Check.Equal("dword:4294967295", Run(machine, "apply", prepared)[0].Now, "a number above 2^31");
        Check.Equal("written", Run(machine, "undo", prepared)[0].Did, "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
        Run(machine, "apply", prepared);
        machine.Hklm.Find(@"SOFTWARE\RdpsweepTest\One")!.SetDword("Other", 1);
        Run(machine, "undo", prepared);
        Check.That(machine.Hklm.Find(@"SOFTWARE\RdpsweepTest\One\Two") is null, "the empty level is gone");
        Check.That(machine.Hklm.Find(@"SOFTWARE\RdpsweepTest\One") is not null, "what somebody else uses stays");
    }

    [Test("TermService is restarted when asked for, and never when something was not as planned")]
    public static void Restart()
    {
        const string line = @"value|SOFTWARE\RdpsweepTest|Number|absent/1|dword:1";
        var prepared = new Prepared("", "", "test", [line]);
        var machine = Fixture.Machine("healthy_2016");
        Run(machine, "read", prepared, restart: true);
        Check.Empty(machine.Journal.Writes, "writes while looking");
        Check.Equal("written", Run(machine, "apply", prepared, restart: true)[0].Did, "applied");
        Check.Equal(1, Restarts(machine), "restarts");
        Check.Equal("kept", Run(machine, "apply", prepared, restart: true)[0].Did, "applied again");
        Check.Equal(2, Restarts(machine), "restarts, also when nothing was written");
        var drifted = new Prepared("", "", "test", [line.Replace("dword:1", "dword:2", StringComparison.Ordinal)]);
        Check.Equal("drift", Run(machine, "apply", drifted, restart: true)[0].Did, "drift");
        Check.Equal(2, Restarts(machine), "restarts in spite of drift");
    }

    private static int Restarts(Machine machine) =>
        machine.Journal.Writes.Count(write => write is { Resource: "service:TermService", Detail: "start" });

    [Test("the script is ASCII, in the grammar of PowerShell 2.0, and uses what its list allows")]
    public static void Syntax()
    {
        Check.That(Script.All(character => character is '\n' or (>= ' ' and <= '~')), "a character that is not ASCII");
        var list = new AllowList(File.ReadLines(Path.Combine(Fixture.Source, "tests/powershell/allowed-change.txt")));
        Check.Empty(list.Offences(Script), "offences");
        Check.Empty(list.Unused(Script), "entries without use");
    }

    [Test("a certificate that Windows does not make anew is put back, and so is one of a script that was cut off")]
    public static void RenewalThatFails()
    {
        var prepared = First("renew");
        var machine = Fixture.Named(prepared.Name);
        var before = machine.Snapshot();
        machine.MakerFails = true;
        var rows = Run(machine, "apply", prepared);
        Check.Equal("failed", rows[0].Did, "without a new certificate");
        Check.That(rows[0].Why.Contains("30 seconds", StringComparison.Ordinal), rows[0].Why);
        Check.Equal("other:halfway", rows[0].Now, "what it left");
        Check.Equal("drift", Run(machine, "apply", prepared)[0].Did, "half-way is not begun again");
        Check.Equal("written", Run(machine, "undo", prepared)[0].Did, "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
    }

    [Test("a store without a certificate: SessionEnv makes one, an old key waits aside, and all of it is undone to the byte")]
    public static void NoCertificateYet()
    {
        foreach (var withKey in new[] { true, false })
        {
            var machine = Fixture.Machine("healthy_2016");
            var key = EmptyStore(machine, withKey);
            var size = withKey ? $"{machine.Files.Values.First(file => file.Path.EndsWith(key, StringComparison.Ordinal)).Size}" : "none";
            var before = machine.Snapshot();
            var prepared = new Prepared("", "", "test", [$"certificate|none|{key}|certificate:none:{size}:|renewed", "run|SessionEnv||stopped|running"]);
            Check.That(Run(machine, "apply", prepared).All(row => row.Did == "written"), "applied");
            Check.Equal("renewed", Run(machine, "read", prepared)[0].Found, "found");
            Check.That(Run(machine, "undo", prepared).All(row => row.Did == "written"), "undone");
            Check.Equal(before, machine.Snapshot(), "the machine after undoing");
            machine.MakerFails = true;
            Check.Equal("failed", Run(machine, "apply", prepared)[0].Did, "where Windows makes none");
            Run(machine, "undo", prepared);
            Check.Equal(before, machine.Snapshot(), "the machine after undoing that");
        }
    }

    // Returns the name of the key file.
    private static string EmptyStore(Machine machine, bool withKey)
    {
        machine.Hklm.Find(@"SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates")!.Keys.Clear();
        machine.Hklm.Find(@"SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations")!.Values.Remove("SelfSignedCertificate");
        machine.FindService("SessionEnv")!.State = 1;
        var key = machine.Files.Values.First(file => !file.Folder && file.Path.Contains(@"MachineKeys\f686aace", StringComparison.Ordinal));
        if (!withKey) machine.Files.Remove(key.Path);
        return key.Path[(key.Path.LastIndexOf('\\') + 1)..];
    }

    [Test("the boot configuration is left alone where BitLocker protects the drive")]
    public static void BitLocker()
    {
        var prepared = First("ems");
        var machine = Fixture.Named(prepared.Name);
        machine.BitLocker = true;
        var rows = Run(machine, "apply", prepared);
        Check.That(rows.All(row => row.Did == "drift" && row.Why.Contains("BitLocker", StringComparison.Ordinal)), string.Join(", ", rows));
        Check.Empty(machine.Journal.Writes, "writes in spite of BitLocker");
    }

    [Test("a service that another one needs is not stopped")]
    public static void Dependents()
    {
        var prepared = All.First(prepared => prepared.Fix == "port" && prepared.Changes.First()[0] == "run");
        var machine = Fixture.Named(prepared.Name);
        var needed = prepared.Changes.First()[1];
        machine.Hklm.Create(@"SYSTEM\CurrentControlSet\Services\CertPropSvc").Set("DependOnService", 7, Encoding.Unicode.GetBytes(needed + "\0\0"));
        machine.FindService("CertPropSvc")!.State = 4;
        var rows = Run(machine, "apply", prepared);
        Check.That(rows[0].Did == "failed" && rows[0].Why.Contains("CertPropSvc", StringComparison.Ordinal), string.Join(", ", rows));
        Check.Empty(machine.Journal.Writes, "writes");
    }

    private static Prepared First(string fix) => All.First(prepared => prepared.Fix == fix);

    // Everything written is a resource of a change, or a key that leads to one.
    private static void CheckWrites(Machine machine, Prepared prepared)
    {
        var places = prepared.Changes.SelectMany(Places).ToList();
        foreach (var write in machine.Journal.Writes)
        {
            var covered = places.Any(place => place.Equals(write.Resource, StringComparison.OrdinalIgnoreCase) ||
                (write.Detail == "create" && place.StartsWith(write.Resource + @"\", StringComparison.OrdinalIgnoreCase)));
            Check.That(covered, $"{prepared}: wrote {write}");
        }
    }

    private static IEnumerable<string> Places(string[] change) => change[0] switch
    {
        "value" => [$@"registry:HKLM\{change[1]}\{change[2]}"],
        "start" or "run" or "account" => ["service:" + change[1]],
        "task" => ["task:" + change[1]],
        "key" => [$@"registry:HKLM\{change[1]}"],
        "firewall" => ["firewall:" + change[1]],
        "boot" => [$@"boot:{change[1]}\{change[2]}"],
        // The certificate, its key file, and the way the file waits in; no other of the same folders.
        "certificate" =>
        [
            $@"registry:HKLM\SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates\{change[1]}",
            $@"file:C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys\{change[2]}",
            $@"file:C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys\rdpsweep-{change[1][..Math.Min(8, change[1].Length)]}-{change[2]}",
            "service:SessionEnv",
        ],
        _ => ["file:" + change[1].Replace("%ProgramData%", @"C:\ProgramData", StringComparison.Ordinal)],
    };

    private static bool Same(string planned, string found) =>
        (planned.StartsWith("account:", StringComparison.Ordinal) && found.StartsWith(planned + ":", StringComparison.Ordinal)) || (planned == "start:enabled" && found is "start:2" or "start:3") || planned == found || (planned.StartsWith("absent", StringComparison.Ordinal) && found.StartsWith("absent", StringComparison.Ordinal));

    private static List<Row> Run(Machine machine, string mode, Prepared prepared, bool restart = false)
    {
        var lines = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Concat(prepared.Lines.Select(line => line + "\n"))));
        var outcome = Runner.Run(machine, Script, new Dictionary<string, string>
        {
            ["RDPSWEEP_NONCE"] = Collecting.Nonce,
            ["RDPSWEEP_ARGS"] = $"{{\"mode\":\"{mode}\",\"changes\":\"{lines}\"{(restart ? ",\"restart\":true" : "")}}}",
        });
        Check.Empty(outcome.Errors, $"{prepared}: errors of the script");
        var answer = Collecting.ReadFull(outcome.Out);
        Check.Equal(mode, (string)answer["mode"]!, "mode");
        var rows = answer["changes"]!.AsArray().Select(row => new Row(Text(row!, "found"), (string)row!["did"]!, Text(row, "now"), Text(row, "why"))).ToList();
        Check.Equal(prepared.Lines.Length, rows.Count, "rows of the answer");
        return rows;
    }

    private static string Text(JsonNode row, string name) => Encoding.UTF8.GetString(Convert.FromBase64String((string)row[name]!));
}
