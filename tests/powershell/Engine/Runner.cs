// Runs a script on a simulated machine as powershell.exe would.
using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Rdpsweep.PowerShell.Api;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Engine;

// Out: standard output, and objects that the script left in the pipeline, a line each.
public sealed record Outcome(string Out, IReadOnlyList<string> Errors)
{
    public int ExitCode => Errors.Count == 0 ? 0 : 1;
}

public static class Runner
{
    private static readonly string[] variables =
        ["RDPSWEEP_ARGS", "RDPSWEEP_NONCE", "PROCESSOR_ARCHITEW6432", "COMPUTERNAME", "windir", "SystemDrive", "SystemRoot"];

    private static readonly Dictionary<string, InitialSessionState> states = [];

    // environment holds the variables of the process that the script finds, beside those of Windows.
    public static Outcome Run(Machine machine, string script, IReadOnlyDictionary<string, string> environment, string input = "") =>
        Run(machine, script, environment, new StringReader(input), new StringWriter());

    // With the console that the script is to have. What it left in the pipeline comes at the end.
    public static Outcome Run(
        Machine machine, string script, IReadOnlyDictionary<string, string> environment, TextReader input, TextWriter said)
    {
        Prepare(machine, environment, input, said);
        using var runspace = RunspaceFactory.CreateRunspace(SessionState(machine));
        runspace.Open();
        // The engine is PowerShell 7; what scripts decide by is the version they are told.
        var versions = (Hashtable)runspace.SessionStateProxy.GetVariable("PSVersionTable");
        versions["PSVersion"] = new Version(machine.PowerShell);
        runspace.SessionStateProxy.LanguageMode = Enum.Parse<PSLanguageMode>(machine.LanguageMode);
        using var shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(script);
        var errors = new List<string>();
        var output = Invoke(shell, errors);
        errors.AddRange(shell.Streams.Error.Select(error => error.ToString()));
        var lines = output.Select(item => $"{item}\n");
        return new Outcome((said is StringWriter ? said.ToString() : "") + string.Concat(lines), errors);
    }

    // What a task of SYSTEM runs beside the script that made it: its exit status.
    public static int RunAsSystem(Machine machine, string script)
    {
        var (account, said) = (machine.AccountSid, SimulatedConsole.Out);
        try
        {
            machine.AccountSid = "S-1-5-18";
            using var runspace = RunspaceFactory.CreateRunspace(SessionState(machine));
            runspace.Open();
            using var shell = System.Management.Automation.PowerShell.Create();
            shell.Runspace = runspace;
            shell.AddScript(script);
            var errors = new List<string>();
            Invoke(shell, errors);
            return errors.Count + shell.Streams.Error.Count == 0 ? 0 : 1;
        }
        finally
        {
            (machine.AccountSid, SimulatedConsole.Out) = (account, said);
        }
    }

    private static Collection<PSObject> Invoke(System.Management.Automation.PowerShell shell, List<string> errors)
    {
        try
        {
            return shell.Invoke();
        }
        catch (RuntimeException failure)
        {
            errors.Add(failure.ErrorRecord?.InvocationInfo?.PositionMessage + " " + failure.Message);
            return [];
        }
    }

    private static void Prepare(
        Machine machine, IReadOnlyDictionary<string, string> environment, TextReader input, TextWriter said)
    {
        Simulation.Machine = machine;
        SimulatedConsole.Out = said;
        SimulatedConsole.In = input;
        foreach (var name in variables) Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("COMPUTERNAME", machine.Host);
        Environment.SetEnvironmentVariable("windir", @"C:\Windows");
        Environment.SetEnvironmentVariable("SystemDrive", "C:");
        Environment.SetEnvironmentVariable("SystemRoot", @"C:\Windows");
        foreach (var (name, value) in environment) Environment.SetEnvironmentVariable(name, value);
    }

    // What a runspace begins with, by what the version of PowerShell lacks. Each runspace takes a copy of it.
    private static InitialSessionState SessionState(Machine machine)
    {
        var major = new Version(machine.PowerShell).Major;
        var lacks = major < 3 ? "Get-CimInstance" : major > 5 ? "Get-WmiObject" : "";
        if (!states.TryGetValue(lacks, out var state)) states[lacks] = state = Without(lacks);
        return state;
    }

    private static InitialSessionState Without(string lacks)
    {
        var state = InitialSessionState.CreateDefault2();
        // What a script prints is text; tables and lists are nothing that it is read by.
        state.DisableFormatUpdates = true;
        state.Formats.Clear();
        foreach (var type in typeof(Runner).Assembly.GetTypes())
        {
            var attribute = (CmdletAttribute?)Attribute.GetCustomAttribute(type, typeof(CmdletAttribute));
            if (attribute is null) continue;
            var name = $"{attribute.VerbName}-{attribute.NounName}";
            if (name != lacks) state.Commands.Add(new SessionStateCmdletEntry(name, type, null));
        }
        foreach (var (name, text) in Programs.Functions) state.Commands.Add(new SessionStateFunctionEntry(name, text));
        return state;
    }
}
