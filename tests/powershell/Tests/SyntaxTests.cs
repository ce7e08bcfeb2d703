// The collector's text: what it uses is on the list, and PowerShell 2.0 knows its grammar.
using Rdpsweep.PowerShell.Audit;

namespace Rdpsweep.PowerShell.Tests;

[Group("syntax")]
public static class SyntaxTests
{
    [Test("the collector uses nothing but what the list allows, in the grammar of PowerShell 2.0")]
    public static void CollectorIsAllowed() => Check.Empty(Collector.Offences(Fixture.Collector), "offences");

    [Test("the list allows nothing that the collector does not use")]
    public static void ListIsTight() => Check.Empty(Collector.Unused(Fixture.Collector), "entries without use");

    [Test("the collector is ASCII, and short enough for two variables of a shell")]
    public static void CollectorIsPortable()
    {
        Check.That(Fixture.Collector.All(character => character is '\n' or (>= ' ' and <= '~')), "a character that is not ASCII");
        const int variable = 32_703; // characters, docs/unverified.md
        Check.That(Fixture.Collector.Length < 2 * variable, $"{Fixture.Collector.Length} characters");
    }

    // Each is one line that must be refused, and why.
    [Test("grammar that came after 2.0 is refused: operators, literals, classes, methods, simplified syntax")]
    public static void NewGrammarIsRefused()
    {
        var cases = new Dictionary<string, string>
        {
            ["if (1 -in @(1)) { }"] = "operator -in",
            ["if (1 -notin @(1)) { }"] = "operator -notin",
            ["$x = 1 -shl 2"] = "operator -shl",
            ["$x = $y ?? 1"] = "operator ??",
            ["$x = [pscustomobject]@{ a = 1 }"] = "[pscustomobject]",
            ["$x = [ordered]@{ a = 1 }"] = "[ordered]",
            ["class A { }"] = "class",
            ["$x = [string]::new('a', 3)"] = "::new()",
            ["$x = @(1).ForEach({ 1 })"] = ".ForEach()",
            ["$x = @(1).Where({ 1 })"] = ".Where()",
            ["$x = @(1) | ForEach-Object { $PSItem }"] = "variable $PSItem",
            ["$x = @('a') | ForEach-Object Length"] = "without a script block",
            ["$x = $true ? 1 : 2"] = "ternary",
            ["ForEach-Object { } && ForEach-Object { }"] = "pipeline chain",
            ["$x = ${y}?.Length"] = "operator ?.",
            ["using namespace System.IO"] = "using",
        };
        foreach (var (script, reason) in cases)
        {
            var reasons = Collector.Offences(script).Select(use => use.ToString()).ToList();
            Check.That(reasons.Any(text => text.Contains(reason, StringComparison.Ordinal)), $"{script}: expected {reason}, got {string.Join(", ", reasons)}");
        }
    }

    [Test("ways around the list are refused: computed commands and members, second arguments, files, guards left out")]
    public static void DetoursAreRefused()
    {
        string[] scripts =
        [
            "& 'Set-ItemProperty' a b c", ". $env:x", "Invoke-Expression '1'", "iex '1'", "$key.OpenSubKey('a', $true)",
            "$name = 'SetValue'; $key.$name('a', 1)", "$key.SetValue('a', 1)", "'x' > C:\\x.txt", "[IO.File]::WriteAllText('a', 'b')",
            "New-Object $type", "New-Object -ComObject Schedule.Service", "New-Object -ComObject $class", "New-Object Net.WebClient", "Get-CimInstance -Query 'x'", "Invoke-CimMethod -Query 'x'",
            "[Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')", "$query.Path = 'x'", "Add-Type 'x'",
            "Get-WmiObject -Query 'x' -EnableAllPrivileges", "Import-Module x", "Start-Process x", "sc.exe stop x",
        ];
        Check.Empty(scripts.Where(script => Collector.Offences(script).Count == 0), "not refused");
    }

    private static AllowList Collector => new(File.ReadLines(Path.Combine(Fixture.Source, "tests/powershell/allowed.txt")));
}
