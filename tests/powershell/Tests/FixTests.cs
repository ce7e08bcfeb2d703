// The door for fixes, with small fixes of its own: a good one passes, each kind of bad one is
// caught for what is wrong with it.
using Rdpsweep.PowerShell.Fixes;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

[Group("fixes")]
public static class FixTests
{
    private const string ServerKey = @"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server";

    // Restores TLS 1.2; tells each value's earlier number, or "absent".
    private const string Good = """
        $hklm = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
        $key = $hklm.CreateSubKey('SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server')
        $before = @()
        foreach ($pair in @('Enabled', 1), @('DisabledByDefault', 0)) {
          $now = $key.GetValue($pair[0])
          $before += "$($pair[0])=$(if ($null -eq $now) { 'absent' } else { $now })"
          if ($now -ne $pair[1] -or $null -eq $now) { $key.SetValue($pair[0], $pair[1], 'DWord') }
        }
        [Console]::Out.Write($before -join ';')
        """;

    private const string Undo = """
        $hklm = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
        $key = $hklm.OpenSubKey('SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server', $true)
        foreach ($entry in $env:RDPSWEEP_JOURNAL -split ';') {
          $name, $value = $entry -split '='
          if ($value -eq 'absent') { $key.DeleteValue($name) } else { $key.SetValue($name, [int]$value, 'DWord') }
        }
        """;

    private static readonly string[] declared = [$@"registry:HKLM\{ServerKey}\Enabled", $@"registry:HKLM\{ServerKey}\DisabledByDefault"];

    [Test("a fix that writes its declaration, is idempotent and can be undone passes")]
    public static void GoodPasses() => Expect(FixFault.None, new Fix("tls12", Good, Undo, declared));

    [Test("a value that was absent is absent again after the rollback")]
    public static void AbsenceComesBack()
    {
        Machine Partly()
        {
            var machine = Broken();
            machine.Hklm.Find(ServerKey)!.Values.Remove("DisabledByDefault");
            return machine;
        }
        Check.Equal(FixFault.None, FixCheck.Run(new Fix("tls12", Good, Undo, declared), Partly).Fault, "fault");
    }

    [Test("a write outside the declaration is caught, and named")]
    public static void Undeclared()
    {
        var script = Good + "\n$hklm.OpenSubKey('SYSTEM\\CurrentControlSet\\Control\\Lsa', $true).SetValue('x', 1, 'DWord')";
        var verdict = Expect(FixFault.WroteUndeclared, new Fix("tls12", script, Undo, declared));
        Check.That(verdict.Detail.Contains(@"Control\Lsa\x", StringComparison.Ordinal), verdict.Detail);
    }

    [Test("a restart of a service outside the declaration is caught")]
    public static void UndeclaredRestart() =>
        Expect(FixFault.WroteUndeclared, new Fix("tls12", Good + "\nRestart-Service TermService -Force", Undo, declared));

    [Test("a fix that writes again on its second run is caught")]
    public static void NotIdempotent()
    {
        var script = Good.Replace("if ($now -ne $pair[1] -or $null -eq $now)", "if ($true)", StringComparison.Ordinal);
        Expect(FixFault.NotIdempotent, new Fix("tls12", script, Undo, declared));
    }

    [Test("a rollback that forgets a value is caught, and the difference is shown")]
    public static void Incomplete()
    {
        var rollback = Undo.Replace("foreach ($entry in $env:RDPSWEEP_JOURNAL -split ';')", "foreach ($entry in @($env:RDPSWEEP_JOURNAL -split ';')[0])", StringComparison.Ordinal);
        var verdict = Expect(FixFault.RollbackIncomplete, new Fix("tls12", Good, rollback, declared));
        Check.That(verdict.Detail.Contains("disabledbydefault", StringComparison.Ordinal), verdict.Detail);
    }

    [Test("a rollback that fails is caught")]
    public static void RollbackFails() => Expect(FixFault.RollbackFailed, new Fix("tls12", Good, "Get-Nothing", declared));

    [Test("a fix that fails is caught")]
    public static void ScriptFails() => Expect(FixFault.ScriptFailed, new Fix("tls12", "throw 'no'", Undo, declared));

    [Test("a fix that a machine does not need proves nothing")]
    public static void NotNeeded()
    {
        Machine Whole()
        {
            var machine = Fixture.Machine("healthy_2016");
            machine.Hklm.Create(ServerKey).SetDword("Enabled", 1);
            machine.Hklm.Find(ServerKey)!.SetDword("DisabledByDefault", 0);
            return machine;
        }
        Check.Equal(FixFault.WroteNothing, FixCheck.Run(new Fix("tls12", Good, Undo, declared), Whole).Fault, "fault");
    }

    [Test("a file's descriptor, its content and a service can be changed and restored")]
    public static void FilesAndServices()
    {
        const string path = @"C:\ProgramData\rdpsweep\note.txt";
        const string script = """
            $path = 'C:\ProgramData\rdpsweep\note.txt'
            if (![IO.File]::Exists($path)) { [IO.File]::WriteAllText($path, 'x') }
            $service = New-Object ServiceProcess.ServiceController 'UmRdpService'
            if ("$($service.Status)" -eq 'Running') { $service.Stop() }
            """;
        const string rollback = """
            [IO.File]::Delete('C:\ProgramData\rdpsweep\note.txt')
            (New-Object ServiceProcess.ServiceController 'UmRdpService').Start()
            """;
        var fix = new Fix("note", script, rollback, [$"file:{path}", "service:UmRdpService"]);
        Check.Equal(new FixVerdict(FixFault.None, ""), FixCheck.Run(fix, () => Fixture.Machine("healthy_2016")), "verdict");
    }

    private static Machine Broken() => Fixture.Machine("tls_all_off");

    private static FixVerdict Expect(FixFault fault, Fix fix)
    {
        var verdict = FixCheck.Run(fix, Broken);
        Check.Equal(fault, verdict.Fault, $"fault ({verdict.Detail})");
        return verdict;
    }
}
