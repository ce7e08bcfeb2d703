// Stands in for the task scheduler's COM interface (Schedule.Service). A task that is run is run on this
// engine as the account that its XML names, by the arguments that it gives powershell.exe.
using System.Runtime.InteropServices;
using System.Text;
using System.Xml.Linq;
using Rdpsweep.PowerShell.Engine;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedTaskService
{
    private bool connected;

    public void Connect()
    {
        TaskRules.Check("connect");
        // SCHED_E_SERVICE_NOT_RUNNING
        if (Simulation.Machine.FindService("Schedule") is { State: not 4 }) throw new COMException("The Task Scheduler service is not running.", unchecked((int)0x80041315));
        connected = true;
    }

    public SimulatedTaskFolder GetFolder(string path)
    {
        if (!connected) throw new COMException("The service is not connected.", unchecked((int)0x80070015)); // ERROR_NOT_READY
        return path == @"\" ? new SimulatedTaskFolder() : throw new FileNotFoundException(path);
    }
}

public sealed class SimulatedTaskFolder
{
    private const int Create = 2, ServiceAccount = 5; // TASK_CREATE, TASK_LOGON_SERVICE_ACCOUNT

    // What is hidden is told as well: TASK_ENUM_HIDDEN.
    public IEnumerable<SimulatedTask> GetTasks(int flags)
    {
        Simulation.Journal.Read("tasks");
        if (flags != 1) throw new NotSupportedException($"flags {flags}");
        return [.. Simulation.Machine.Tasks.Values.Select(task => new SimulatedTask(task))];
    }

    public SimulatedTask RegisterTask(string name, string xml, int flags, object? user, object? password, int logon)
    {
        TaskRules.Check("register");
        if (flags != Create || user is not null || password is not null || logon != ServiceAccount) throw new NotSupportedException($"{flags} {user} {logon}");
        if (!Simulation.Machine.Elevated && Simulation.Machine.AccountSid != TaskRules.System) throw new UnauthorizedAccessException("Access is denied. (0x80070005)");
        if (Simulation.Machine.Tasks.ContainsKey(name)) throw new COMException("Cannot create a file when that file already exists.", unchecked((int)0x800700B7));
        TaskRules.CheckXml(xml);
        Simulation.Journal.Write("task:" + name, "register");
        return new SimulatedTask(Simulation.Machine.Tasks[name] = new ScheduledTask(name, xml));
    }

    public void DeleteTask(string name, int flags)
    {
        TaskRules.Check("delete");
        if (!Simulation.Machine.Tasks.Remove(name)) throw new FileNotFoundException("The system cannot find the file specified. (0x80070002)");
        Simulation.Journal.Write("task:" + name, "delete");
    }
}

public sealed class SimulatedTask(ScheduledTask task)
{
    private const int Ready = 3, Hangs = 0x41301; // SCHED_S_TASK_RUNNING

    public string Name => task.Name;

    public int State => task.Result == Hangs ? 4 : Ready;

    public int LastTaskResult => task.Result;

    // Done at once, unless a test has it never begin or never end.
    public void Run(object? parameters)
    {
        TaskRules.Check("run");
        Simulation.Journal.Write("task:" + Name, "run");
        if (Simulation.Machine.Refusals.TryGetValue("task ends", out var result)) task.Result = result;
        else task.Result = Runner.RunAsSystem(Simulation.Machine, TaskRules.Script(task.Xml));
    }

    public void Stop(int flags) => task.Result = task.Result == Hangs ? 0x41306 : task.Result; // SCHED_S_TASK_TERMINATED
}

internal static class TaskRules
{
    internal const string System = "S-1-5-18";

    internal static void Check(string how)
    {
        if (Simulation.Machine.Refusals.TryGetValue("task " + how, out var code)) throw new COMException($"Error 0x{code:X8}", code);
    }

    // Windows deletes a task by itself only where a trigger says when it ends. None may start it.
    internal static void CheckXml(string xml)
    {
        var task = XDocument.Parse(xml).Root!;
        string Text(string name) => task.Descendants(task.Name.Namespace + name).Single().Value;
        if (Text("UserId") != System) throw new NotSupportedException(Text("UserId"));
        if (Text("DeleteExpiredTaskAfter").Length == 0) throw new COMException("The task XML is missing a required element.", unchecked((int)0x80041319));
        var (begins, ends) = (DateTime.Parse(Text("StartBoundary")).ToUniversalTime(), DateTime.Parse(Text("EndBoundary")).ToUniversalTime());
        if (begins > Simulation.UtcNow) throw new InvalidOperationException("it would start by itself");
        if (ends < Simulation.UtcNow.AddMinutes(2) || ends > Simulation.UtcNow.AddHours(1)) throw new InvalidOperationException($"it stays until {ends:u}");
    }

    internal static string Script(string xml)
    {
        var task = XDocument.Parse(xml).Root!;
        var command = task.Descendants(task.Name.Namespace + "Command").Single().Value;
        if (!command.EndsWith(@"\System32\WindowsPowerShell\v1.0\powershell.exe", StringComparison.OrdinalIgnoreCase)) throw new NotSupportedException(command);
        var arguments = task.Descendants(task.Name.Namespace + "Arguments").Single().Value;
        const int longest = 32_767; // characters of a command line, CreateProcess
        if (command.Length + arguments.Length + 3 > longest) throw new InvalidOperationException("a command line that is too long");
        return CommandLine.Script(CommandLine.Split(arguments), "") ?? throw new NotSupportedException(arguments);
    }
}
