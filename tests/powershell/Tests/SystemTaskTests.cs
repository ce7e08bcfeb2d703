// The task by which SYSTEM writes what an administrator may not: it writes, leaves nothing behind, and what
// the task scheduler refuses is a failure with its number, after which there is nothing to undo.
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

public static partial class ChangeTests
{
    private const string Administrator = "S-1-5-21-1004336348-1177238915-682003330-1107";
    private const string SystemAccount = "S-1-5-18";

    private static Prepared ByTask => All.First(prepared => prepared.Fix == "key-acl" && prepared.Changes.First()[0] == "task");

    [Test("an administrator may not write the rights of SYSTEM's key file; the task does, and SYSTEM needs none")]
    public static void RightsBySystem()
    {
        var prepared = ByTask;
        var alone = prepared with { Lines = [.. prepared.Lines.Where(line => !line.StartsWith("task|", StringComparison.Ordinal))] };
        var machine = Fixture.Named(prepared.Name);
        CheckFails(machine, alone, "Attempted to perform an unauthorized operation.");
        Check.That(Run(machine, "apply", prepared).All(row => row.Did == "written"), "by the task");
        Check.Equal("register run delete", string.Join(' ', TaskWrites(machine)), "what became of the task");
        machine = Fixture.Named(prepared.Name);
        machine.AccountSid = SystemAccount;
        var rows = Run(machine, "apply", prepared);
        Check.Equal("kept written", $"{rows[0].Did} {rows[1].Did}", "as SYSTEM");
        Check.Empty(TaskWrites(machine), "as SYSTEM: tasks");
        machine.AccountSid = Administrator;
        Check.That(Run(machine, "undo", prepared).All(row => row.Did == "written"), "undone by an administrator");
    }

    [Test("gpsvc is written as SYSTEM: a value that an administrator may not write, there and back")]
    public static void ValueBySystem()
    {
        var prepared = new Prepared("", "", "test", [$"task|rdpsweep-gpsvc|{ServicesKey}gpsvc|absent|absent", $"value|{ServicesKey}gpsvc|Start|dword:2|dword:3"]);
        var machine = Fixture.Machine("healthy_2016");
        var before = machine.Snapshot();
        CheckFails(machine, prepared with { Lines = [prepared.Lines[1]] }, "Requested registry access is not allowed.");
        Check.That(Run(machine, "apply", prepared)[1] is { Did: "written", Now: "dword:3" }, "applied");
        Check.That(Run(machine, "undo", prepared)[1] is { Did: "written", Now: "dword:2" }, "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
        // A quote in a name is text, not the end of one.
        var odd = new Prepared("", "", "test", [@"task|rdpsweep-odd|SOFTWARE\It's|absent|absent", @"value|SOFTWARE\It's|A'b|absent/1|binary:00ff"]);
        Check.That(Run(machine, "apply", odd)[1] is { Did: "written", Now: "binary:00ff" }, "a name with a quote");
        Run(machine, "undo", odd);
        Check.Equal(before, machine.Snapshot(), "the machine after undoing the odd one");
    }

    [Test("the rights of a registry key are written as SYSTEM, and put back to the byte")]
    public static void KeyRightsBySystem()
    {
        const string key = @"SOFTWARE\RdpsweepTest", owner = "O:SYG:SYD:PAI", open = "(A;;KA;;;SY)(A;;KR;;;BA)", denied = "(D;;0x6;;;SY)" + open;
        var prepared = new Prepared("", "", "test", [$"task|rdpsweep-x|{key}|absent|absent", $"key|{key}||sddl:O:SYD:PAI{denied}|sddl:O:SYD:PAI{open}"]);
        var machine = Fixture.Machine("healthy_2016");
        machine.Hklm.Create(key).Sddl = owner + denied;
        var before = machine.Snapshot();
        CheckFails(machine, prepared with { Lines = [prepared.Lines[1]] }, "Requested registry access is not allowed.");
        Check.Equal("written", Run(machine, "apply", prepared)[1].Did, "applied");
        Check.Equal(owner + open, machine.Hklm.Find(key)!.Sddl!, "rights of the key");
        Check.Equal("written", Run(machine, "undo", prepared)[1].Did, "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
    }

    [Test("a denial that a key hands down goes with the key's own, and comes back with it, to the byte")]
    public static void HandedDown()
    {
        const string store = @"SOFTWARE\Microsoft\SystemCertificates\Remote Desktop", shipped = "(A;CIID;KR;;;BU)(A;CIID;KA;;;BA)(A;CIID;KA;;;SY)";
        var prepared = new Prepared("", "", "test", [$"key|{store}||sddl:O:SYD:AI(D;CI;0x6;;;SY){shipped}|sddl:O:SYD:AI{shipped}"]);
        var machine = Fixture.Machine("healthy_2016");
        machine.Hklm.Find(store)!.Sddl = "O:SYG:SYD:AI(D;CI;0x6;;;SY)" + shipped;
        machine.Hklm.Find(store + @"\Certificates")!.Sddl = "O:SYG:SYD:AI(D;CIID;0x6;;;SY)" + shipped;
        var before = machine.Snapshot();
        Check.Equal("written", Run(machine, "apply", prepared)[0].Did, "applied");
        Check.Equal("O:SYG:SYD:AI" + shipped, machine.Hklm.Find(store + @"\Certificates")!.Sddl!, "the key below");
        Check.Equal("written", Run(machine, "undo", prepared)[0].Did, "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
    }

    [Test("what the task scheduler refuses is a failure, nothing is written, and no task stays")]
    public static void RefusedTask()
    {
        var prepared = ByTask;
        const int denied = unchecked((int)0x80070005), disabled = unchecked((int)0x80041326);
        foreach (var (what, code, why) in new[]
        {
            ("task register", denied, "0x80070005"), ("task run", disabled, "0x80041326"),
            ("task ends", 1, "ended with 0x1"), ("task ends", 0x41301, "ended with 0x41301"), ("task ends", 0x41303, "ended with 0x41303"),
        })
        {
            var machine = Fixture.Named(prepared.Name);
            machine.Refusals[what] = code;
            CheckFails(machine, prepared, why);
            machine.Refusals.Clear();
            Check.That(Run(machine, "undo", prepared).All(row => row.Did == "kept"), $"{what}: nothing to undo");
        }
        var stopped = Fixture.Named(prepared.Name);
        stopped.Services.Add(new Service("Schedule") { State = 1 });
        var rows = Run(stopped, "apply", prepared);
        Check.That(rows.All(row => row.Did != "written") && rows[0].Why.Contains("not running", StringComparison.Ordinal), string.Join(", ", rows));
        var common = Fixture.Named(prepared.Name);
        common.Refusals["task connect"] = denied;
        rows = Run(common, "apply", prepared);
        Check.That(rows.All(row => row.Did != "written") && rows[0].Did == "drift", string.Join(", ", rows));
        Check.Empty(common.Journal.Writes, "writes without a task scheduler");
    }

    [Test("a task that stayed when a run was cut off is seen, nothing else is begun, and the undo takes it away")]
    public static void LeftBehind()
    {
        var prepared = ByTask;
        foreach (var done in new[] { false, true })
        {
            var machine = Fixture.Named(prepared.Name);
            var before = machine.Snapshot();
            if (done) Run(machine, "apply", prepared);
            machine.Tasks["rdpsweep-key-acl"] = new ScheduledTask("rdpsweep-key-acl", "") { Result = 0x41301 };
            var found = Run(machine, "read", prepared)[0];
            Check.That(found.Found == "other:halfway" && found.Why.StartsWith("a run that was cut off left it", StringComparison.Ordinal), $"{found}");
            Check.Equal("drift", Run(machine, "apply", prepared)[0].Did, "applied again");
            Check.Equal("written", Run(machine, "undo", prepared)[0].Did, "undone");
            Check.Equal(before, machine.Snapshot(), "the machine after undoing");
        }
    }

    [Test("a task that cannot be deleted is a failure that the undo mends")]
    public static void StaysForNow()
    {
        var prepared = ByTask;
        var machine = Fixture.Named(prepared.Name);
        var before = machine.Snapshot();
        machine.Refusals["task delete"] = unchecked((int)0x80070020);
        var rows = Run(machine, "apply", prepared);
        Check.That(rows[1].Did == "failed" && rows[0].Now == "other:halfway", string.Join(", ", rows));
        machine.Refusals.Clear();
        Check.That(Run(machine, "undo", prepared).All(row => row.Did == "written"), "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
    }

    private static IEnumerable<string> TaskWrites(Machine machine) =>
        machine.Journal.Writes.Where(write => write.Resource.StartsWith("task:", StringComparison.Ordinal)).Select(write => write.Detail);
}
