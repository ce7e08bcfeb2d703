// The harness itself: a collector that is broken on purpose fails, and for the right reason.
using Rdpsweep.PowerShell.Audit;

namespace Rdpsweep.PowerShell.Tests;

[Group("harness")]
public static class HarnessTests
{
    private static readonly AllowList list = new(File.ReadLines(Path.Combine(Fixture.Source, "tests/powershell/allowed.txt")));

    [Test("a Set-ItemProperty slipped in is seen in the text and in the journal")]
    public static void SlippedInWrite()
    {
        const string write = @"Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa' 'disabledomaincreds' 0";
        var script = Broken("function Read-Os {", $"function Read-Os {{\n  {write}");
        Check.That(list.Offences(script).Any(use => use is { Kind: "command", Name: "Set-ItemProperty" }), "the text was not refused");
        var machine = Fixture.Machine("healthy_2016");
        Collecting.Full(machine, script);
        Check.Equal(@"Write registry:HKLM\SYSTEM\CurrentControlSet\Control\Lsa\disabledomaincreds 0", machine.Journal.Writes.Single().ToString(), "journal");
    }

    [Test("a value set through .NET is seen in the text and in the journal")]
    public static void SlippedInMethod()
    {
        var script = Broken("$os = @{}", "$os = @{}\n  $lsa = $hklm.OpenSubKey(\"$current\\Control\\Lsa\", $true)\n  $lsa.SetValue('x', 1, 'DWord')");
        Check.That(list.Offences(script).Count(use => use.Name is "OpenSubKey/2" or "SetValue/3") == 2, "the text was not refused");
        var machine = Fixture.Machine("healthy_2016");
        Collecting.Full(machine, script);
        Check.Equal(1, machine.Journal.Writes.Count(), "writes in the journal");
    }

    [Test("an -in operator is refused for what it is")]
    public static void NewOperator()
    {
        var script = Fixture.Collector + "\nif ('a' -in 'a', 'b') { $state.port = 1 }\n";
        Check.That(list.Offences(script).Single().ToString().EndsWith("language operator -in (3.0)", StringComparison.Ordinal), "reason");
    }

    [Test("an English account name is not found on a German machine, and the facts differ")]
    public static void LocalisedAccount()
    {
        var script = Broken("New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-544'",
            @"(New-Object Security.Principal.NTAccount 'BUILTIN\Administrators').Translate([Security.Principal.SecurityIdentifier])");
        var german = Fixture.Machines.First(machine => machine is { Lcid: 1031, Profile: not "" } && machine.Profile.StartsWith("healthy", StringComparison.Ordinal));
        var differences = Differences.Between(german.Facts, Collecting.Full(german, script));
        Check.That(differences.Any(text => text.StartsWith("/collector/elevated", StringComparison.Ordinal)), string.Join("; ", differences));
    }

    [Test("a translated word of netstat is not relied on: a script that does finds no socket")]
    public static void LocalisedWord()
    {
        var script = Broken(@"\[::\]):0\s.*?(\d+)\s*$'", @"\[::\]):0\s+LISTENING\s+(\d+)\s*$'");
        var old = Fixture.Machine("healthy_2008r2");
        var differences = Differences.Between(old.Facts, Collecting.Full(old, script));
        Check.That(differences.Any(text => text.StartsWith("/listener/sockets", StringComparison.Ordinal)), string.Join("; ", differences));
    }

    [Test("an error of the script is a failure of the run")]
    public static void ScriptError()
    {
        var script = Broken("Read-Collector\n$facts.unread", "Get-Nothing\nRead-Collector\n$facts.unread");
        try
        {
            Collecting.Full(Fixture.Machine("healthy_2016"), script);
        }
        catch (TestFailure failure) when (failure.Message.Contains("Get-Nothing", StringComparison.Ordinal))
        {
            return;
        }
        throw new TestFailure("the error went unnoticed");
    }

    // The collector with one place changed.
    private static string Broken(string place, string instead)
    {
        Check.That(Fixture.Collector.Contains(place, StringComparison.Ordinal), $"the collector has no {place}");
        return Fixture.Collector.Replace(place, instead, StringComparison.Ordinal);
    }
}
