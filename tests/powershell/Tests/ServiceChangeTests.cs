// What Windows' service manager refuses, one test a refusal: a restart and a change are judged by what
// runs at the end, and what fails says why with Windows' number.
using System.Text;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

public static partial class ChangeTests
{
    private const uint Disabled = 4;
    private const string ServicesKey = @"SYSTEM\CurrentControlSet\Services\";
    private static readonly Prepared oneValue = new("", "", "test", [@"value|SOFTWARE\RdpsweepTest|Number|absent/1|dword:1"]);
    private static readonly Prepared termRuns = new("", "", "test", ["run|TermService||stopped|running"]);

    [Test("1058: a service beside TermService that is disabled, and so stays down, is no failure: there and back")]
    public static void DisabledBeside()
    {
        foreach (var ran in new[] { true, false })
        {
            var machine = Fixture.Machine("healthy_2016");
            SetStart(machine, "UmRdpService", Disabled);
            machine.FindService("UmRdpService")!.State = ran ? 4 : 1;
            var applied = Run(machine, "apply", oneValue, restart: true);
            Check.Equal("written", applied[0].Did, $"applied ({applied[0].Why})");
            Check.Equal(ran, applied[0].Why.Contains("UmRdpService: Win32 error 1058 (1058)", StringComparison.Ordinal), applied[0].Why);
            CheckListens(machine);
            Check.Equal(1, machine.FindService("UmRdpService")!.State, "what is disabled stays down");
            Check.Equal("written", Run(machine, "undo", oneValue, restart: true)[0].Did, "undone");
            CheckListens(machine);
        }
    }

    [Test("1060: no service beside TermService at all is no failure")]
    public static void MissingBeside()
    {
        var machine = Fixture.Machine("healthy_2016");
        machine.Services.RemoveAll(service => service.Name == "UmRdpService");
        machine.Hklm.Find(@"SYSTEM\CurrentControlSet\Services")!.Keys.Remove("UmRdpService");
        Check.Equal("written", Run(machine, "apply", oneValue, restart: true)[0].Did, "applied");
        Check.Equal("written", Run(machine, "undo", oneValue, restart: true)[0].Did, "undone");
        CheckListens(machine);
    }

    [Test("a service beside TermService that did not run is not started, one that ran is")]
    public static void BesideAsBefore()
    {
        foreach (var state in new[] { 1, 4 })
        {
            var machine = Fixture.Machine("healthy_2016");
            machine.FindService("UmRdpService")!.State = state;
            Run(machine, "apply", oneValue, restart: true);
            Check.Equal(state, machine.FindService("UmRdpService")!.State, "as it was");
        }
    }

    [Test("1056: what comes up by itself before it is started is no failure")]
    public static void StartsByItself()
    {
        var machine = Fixture.Machine("healthy_2016");
        machine.FindService("UmRdpService")!.State = 4;
        machine.StartsWith["TermService"] = "UmRdpService";
        var rows = Run(machine, "apply", oneValue, restart: true);
        Check.That(rows[0] is { Did: "written", Why: "" }, $"{rows[0]}");
        Check.Equal(4, machine.FindService("UmRdpService")!.State, "it runs");
        machine = Fixture.Machine("service_stopped");
        machine.StartsBeforeCall.Add("TermService");
        rows = Run(machine, "apply", termRuns);
        Check.That(rows[0] is { Did: "written", Why: "", Now: "running" }, $"{rows[0]}");
    }

    [Test("1062: what is down by itself before it is stopped is no failure")]
    public static void StopsByItself()
    {
        var machine = Fixture.Machine("service_stopped");
        Run(machine, "apply", termRuns);
        machine.StopsBeforeCall.Add("TermService");
        var rows = Run(machine, "undo", termRuns);
        Check.That(rows[0] is { Did: "written", Why: "", Now: "stopped" }, $"{rows[0]}");
    }

    [Test("1051: what depends on it goes down first, and comes back with it")]
    public static void DependentsOfTheRestart()
    {
        var machine = Fixture.Machine("healthy_2016");
        DependOn(machine, "CertPropSvc", "TermService");
        foreach (var name in new[] { "CertPropSvc", "UmRdpService" }) machine.FindService(name)!.State = 4;
        Check.Equal("written", Run(machine, "apply", oneValue, restart: true)[0].Did, "applied");
        foreach (var name in new[] { "CertPropSvc", "UmRdpService" }) Check.Equal(4, machine.FindService(name)!.State, name);
    }

    [Test("a restart that Windows refuses fails with its number, and the undo says so too: 5, 1058, 1061, 1068, 1069")]
    public static void RefusedRestart()
    {
        foreach (var (how, code) in new[] { ("start", 5), ("stop", 5), ("stop", 1061), ("start", 1058), ("start", 1068), ("start", 1069) })
        {
            var machine = Fixture.Machine("healthy_2016");
            machine.Refusals[$"{how} TermService"] = code;
            var rows = Run(machine, "apply", oneValue, restart: true);
            Check.That(rows[0].Did == "failed" && rows[0].Why.Contains($"TermService: Win32 error {code} ({code})", StringComparison.Ordinal), $"{how} {code}: {rows[0]}");
            machine.Refusals.Clear();
            Check.Equal("written", Run(machine, "undo", oneValue, restart: true)[0].Did, $"{how} {code}: undone");
            CheckListens(machine);
        }
    }

    [Test("a service that Windows does not start fails with its number: 5, 1058, 1060, 1068, 1069")]
    public static void RefusedStart()
    {
        foreach (var code in new[] { 5, 1068, 1069 })
        {
            var machine = Fixture.Machine("service_stopped");
            machine.Refusals["start TermService"] = code;
            CheckFails(machine, termRuns, $"Win32 error {code} ({code})");
        }
        CheckFails(Fixture.Machine("service_disabled"), termRuns, "Win32 error 1058 (1058)");
        var needs = Fixture.Machine("service_stopped");
        DependOn(needs, "TermService", "CryptSvc");
        SetStart(needs, "CryptSvc", Disabled);
        needs.FindService("CryptSvc")!.State = 1;
        CheckFails(needs, termRuns, "Win32 error 1068 (1068)");
        var gone = Fixture.Machine("service_stopped");
        gone.Services.RemoveAll(service => service.Name == "TermService");
        var row = Run(gone, "apply", termRuns)[0];
        Check.That(row is { Did: "drift", Found: "other:absent" }, $"{row}");
    }

    [Test("a service that Windows does not stop fails with its number, and the way back does not wait for it: 5, 1061")]
    public static void RefusedStop()
    {
        var prepared = All.First(prepared => prepared.Fix == "port" && prepared.Changes.First()[0] == "run");
        foreach (var code in new[] { 5, 1061 })
        {
            var machine = Fixture.Named(prepared.Name);
            var before = machine.Snapshot();
            machine.Refusals["stop " + prepared.Changes.First()[1]] = code;
            var rows = Run(machine, "apply", prepared);
            Check.That(rows[0].Did == "failed" && rows[0].Why == $"Win32 error {code} ({code})", string.Join(", ", rows));
            Check.Equal(before, machine.Snapshot(), $"{code}: nothing was done");
            Check.That(Run(machine, "undo", prepared).All(row => row.Did == "kept"), $"{code}: nothing to undo");
        }
    }

    [Test("a start type or an account that Windows does not take fails with its number: 5, 1057, 1060")]
    public static void RefusedConfiguration()
    {
        var start = new Prepared("", "", "test", ["start|UmRdpService||start:3|start:2"]);
        var machine = Fixture.Machine("healthy_2016");
        machine.Refusals["configure UmRdpService"] = 5;
        CheckFails(machine, start, "Win32 error 5 (5)");
        foreach (var code in new[] { 5, 1057, 1060 })
        {
            machine = Fixture.Machine("service_account");
            machine.Refusals["configure TermService"] = code;
            CheckFails(machine, First("account") with { Name = "" }, $"sc ended with {code}");
        }
    }

    [Test("an account goes back as it was written, and one with a password is never set")]
    public static void Accounts()
    {
        var machine = Fixture.Machine("service_account");
        var node = machine.Hklm.Find(ServicesKey + "TermService")!;
        node.SetText("ObjectName", @"NT Authority\LocalService");
        var before = machine.Snapshot();
        var line = "account|TermService||account:S-1-5-19|account:S-1-5-20";
        var found = Run(machine, "apply", new Prepared("", "", "test", [line]))[0];
        Check.That(found is { Found: @"account:S-1-5-19:NT Authority\LocalService", Did: "written", Now: @"account:S-1-5-20:NT AUTHORITY\NetworkService" }, $"{found}");
        var exact = new Prepared("", "", "test", [line.Replace("S-1-5-19", @"S-1-5-19:NT Authority\LocalService", StringComparison.Ordinal)]);
        Check.Equal("written", Run(machine, "undo", exact)[0].Did, "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
        var person = new Prepared("", "", "test", [@"account|TermService||account:S-1-5-21-1-2-3-500:.\admin|account:S-1-5-20"]);
        Run(machine, "apply", new Prepared("", "", "test", [line]));
        Check.Equal("failed", Run(machine, "undo", person)[0].Did, "an account with a password");
    }

    [Test("what was stopped before stays stopped when it is undone, whatever is restarted")]
    public static void UndoneStaysDown()
    {
        var machine = Fixture.Machine("service_stopped");
        var before = machine.Snapshot();
        Check.Equal("written", Run(machine, "apply", termRuns, restart: true)[0].Did, "applied");
        Check.Equal("written", Run(machine, "undo", termRuns, restart: true)[0].Did, "undone");
        Check.Equal(before, machine.Snapshot(), "the machine after undoing");
    }

    private static void CheckFails(Machine machine, Prepared prepared, string why)
    {
        var before = machine.Snapshot();
        var row = Run(machine, "apply", prepared)[^1];
        Check.That(row.Did == "failed" && row.Why.Contains(why, StringComparison.Ordinal), $"{why}: {row}");
        Check.Equal(before, machine.Snapshot(), $"{why}: nothing was done");
    }

    private static void CheckListens(Machine machine)
    {
        var term = machine.FindService("TermService")!;
        Check.Equal(4, term.State, "TermService runs");
        Check.That(machine.Sockets.Any(socket => socket.Port == 3389 && socket.Pid == term.Pid), "it listens");
    }

    private static void SetStart(Machine machine, string service, uint start) => machine.Hklm.Find(ServicesKey + service)!.SetDword("Start", start);

    private static void DependOn(Machine machine, string service, string needed) =>
        machine.Hklm.Create(ServicesKey + service).Set("DependOnService", 7, Encoding.Unicode.GetBytes(needed + "\0\0"));
}
