// One runspace with what Windows PowerShell has at hand, and stand-ins for what waits without end here.
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Text.Json.Nodes;
using Rdpsweep.PowerShell.Engine;

namespace Rdpsweep.Wine;

public sealed class ScriptEngine : IDisposable
{
    private static readonly string[] modules = ["Management", "Utility", "Diagnostics"];

    // Neither WMI nor sessions nor the owners of sockets can be read here. The name of a program comes
    // with its extension, as the scripts call it. ServiceStart says why Set-Service is another one.
    private const string StandIns = """
        function global:Get-CimInstance { throw [NotSupportedException]'no management infrastructure' }
        function global:qwinsta.exe { throw [NotSupportedException]'no sessions' }
        function global:Set-Service($Name, $StartupType) { [Rdpsweep.Wine.ServiceStart]::Set($Name, $StartupType) }
        function global:netstat.exe { throw [NotSupportedException]'no owners of sockets' }
        """;

    private readonly Runspace runspace;
    private readonly List<string> given = [];

    public ScriptEngine()
    {
        // Event logs wait without end, too.
        Accelerators()["Diagnostics.Eventing.Reader.EventLogReader"] = typeof(NoEventLog);
        Accelerators()["Diagnostics.Eventing.Reader.EventLogQuery"] = typeof(NoEventLog);
        runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        // The runtime does not survive the end of a thread that ran managed code (Wine 8.0).
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        // A command that is not there would be looked for in every module on the disk.
        runspace.SessionStateProxy.SetVariable("PSModuleAutoLoadingPreference", "None");
        foreach (var module in modules) Import($"Microsoft.PowerShell.Commands.{module}.dll");
        Import("Microsoft.PowerShell.Security.dll");
        using var shell = Shell();
        shell.AddScript(StandIns).Invoke();
    }

    public void Dispose() => runspace.Dispose();

    // Runs a script in a scope of its own.
    public JsonObject Run(JsonObject order)
    {
        var (said, errors) = Run((string)order["script"]!, order);
        return new JsonObject { ["out"] = said, ["errors"] = new JsonArray([.. errors.Select(error => JsonValue.Create(error))]) };
    }

    // Runs what follows "powershell" on a command line.
    public JsonObject Serve(JsonObject order)
    {
        var words = CommandLine.Split((string)order["command"]!);
        var script = CommandLine.Script(words, (string?)order["input"] ?? "");
        var (said, errors) = script is null ? ("", ["an interactive PowerShell has nobody to talk to"]) : Run(script, order);
        return new JsonObject { ["out"] = said, ["err"] = string.Join('\n', errors), ["exit"] = errors.Count == 0 ? 0 : 1 };
    }

    private (string Said, List<string> Errors) Run(string script, JsonObject order)
    {
        SetEnvironment(order["environment"]!.AsObject());
        var said = new StringWriter { NewLine = "\n" };
        Console.SetOut(said);
        Console.SetIn(new StringReader((string?)order["input"] ?? ""));
        using var shell = Shell();
        shell.AddScript(script, true);
        var errors = new List<string>();
        try
        {
            foreach (var item in shell.Invoke()) said.Write($"{item}\n");
        }
        catch (RuntimeException failure)
        {
            errors.Add(failure.ErrorRecord?.InvocationInfo?.PositionMessage + " " + failure.Message);
        }
        errors.AddRange(shell.Streams.Error.Select(error => error.ToString()));
        return (said.ToString(), errors);
    }

    // What the order before gave is no part of this one.
    private void SetEnvironment(JsonObject variables)
    {
        foreach (var name in given) Environment.SetEnvironmentVariable(name, null);
        given.Clear();
        foreach (var (name, value) in variables)
        {
            Environment.SetEnvironmentVariable(name, (string?)value);
            given.Add(name);
        }
    }

    private void Import(string file)
    {
        using var shell = Shell();
        shell.AddCommand("Import-Module").AddArgument(Path.Combine(AppContext.BaseDirectory, file)).Invoke();
    }

    private System.Management.Automation.PowerShell Shell()
    {
        var shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = runspace;
        return shell;
    }

    private static Dictionary<string, Type> Accelerators()
    {
        var table = typeof(PSObject).Assembly.GetType("System.Management.Automation.TypeAccelerators", true)!
            .GetField("builtinTypeAccelerators", BindingFlags.Static | BindingFlags.NonPublic);
        return (Dictionary<string, Type>)(table?.GetValue(null)
            ?? throw new InvalidOperationException("this engine keeps its type accelerators elsewhere"));
    }
}
