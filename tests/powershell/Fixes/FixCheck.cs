// The door that every fix script passes: it writes what it declares and nothing else, a second run
// writes nothing, and its rollback restores exactly what was.
using System.Text.RegularExpressions;
using Rdpsweep.PowerShell.Engine;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Fixes;

// Declared: resources as the journal names them; '*' stands for anything within one. The script
// prints its journal, one line, to standard output; the rollback reads that line from
// RDPSWEEP_JOURNAL. That is all that passes from one to the other, as it is across a reboot.
public sealed record Fix(string Name, string Script, string Rollback, IReadOnlyList<string> Declared);

public enum FixFault { None, ScriptFailed, WroteNothing, WroteUndeclared, NotIdempotent, RollbackFailed, RollbackIncomplete }

public sealed record FixVerdict(FixFault Fault, string Detail);

public static class FixCheck
{
    // fresh makes the machine anew; the fix must be needed on it.
    public static FixVerdict Run(Fix fix, Func<Machine> fresh)
    {
        var machine = fresh();
        var before = machine.Snapshot();
        var applied = Apply(machine, fix.Script, "");
        if (applied.Errors.Count > 0) return new(FixFault.ScriptFailed, applied.Errors[0]);
        if (Judge(fix, machine) is { } wrong) return wrong;
        if (SecondRun(fix, machine) is { } again) return again;
        return Undo(fix, machine, applied.Out, before);
    }

    private static FixVerdict? Judge(Fix fix, Machine machine)
    {
        var writes = machine.Journal.Writes.ToList();
        if (writes.Count == 0) return new(FixFault.WroteNothing, "the machine did not need it");
        var undeclared = writes.FirstOrDefault(write => !fix.Declared.Any(pattern => Covers(pattern, write.Resource)));
        return undeclared is null ? null : new(FixFault.WroteUndeclared, undeclared.ToString());
    }

    private static FixVerdict? SecondRun(Fix fix, Machine machine)
    {
        var written = machine.Journal.Writes.Count();
        var again = Apply(machine, fix.Script, "");
        if (again.Errors.Count > 0) return new(FixFault.ScriptFailed, "second run: " + again.Errors[0]);
        var more = machine.Journal.Writes.Skip(written).FirstOrDefault();
        return more is null ? null : new(FixFault.NotIdempotent, more.ToString());
    }

    private static FixVerdict Undo(Fix fix, Machine machine, string journal, string before)
    {
        var undone = Apply(machine, fix.Rollback, journal.TrimEnd());
        if (undone.Errors.Count > 0) return new(FixFault.RollbackFailed, undone.Errors[0]);
        var after = machine.Snapshot();
        return after == before ? new(FixFault.None, "") : new(FixFault.RollbackIncomplete, FirstDifference(before, after));
    }

    private static Outcome Apply(Machine machine, string script, string journal) =>
        Runner.Run(machine, script, new Dictionary<string, string> { ["RDPSWEEP_JOURNAL"] = journal });

    private static bool Covers(string pattern, string resource) =>
        Regex.IsMatch(resource, "^" + Regex.Escape(pattern).Replace(@"\*", ".*") + "$", RegexOptions.IgnoreCase);

    private static string FirstDifference(string before, string after)
    {
        var at = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        var from = Math.Max(0, at - 60);
        return $"was …{before[from..Math.Min(before.Length, at + 60)]}…, is …{after[from..Math.Min(after.Length, at + 60)]}…";
    }
}
