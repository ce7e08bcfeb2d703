// Stands behind other programs as their powershell.exe: once for one command line, or for a
// simulated fleet, which sends one request a line.
using System.Text.Json.Nodes;
using Rdpsweep.PowerShell.Engine;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell;

public static class Serve
{
    // Machines that keep what is written to them, by name; null: a script that writes has failed.
    private static Dictionary<string, Machine>? kept;

    // As Loop(), for scripts that are to change a machine: its state is that of the first request.
    public static int LoopKeeping()
    {
        kept = [];
        return Loop();
    }

    // Request: {"machine": a line of --dump-states, "command": after "powershell", "environment": {},
    // "input": text}. Answer: {"out", "err", "exit"}. Ends with standard input.
    public static int Loop()
    {
        var requests = Console.In;
        var answers = Console.Out;
        while (requests.ReadLine() is { } line)
        {
            answers.WriteLine(Answer(JsonNode.Parse(line)!.AsObject()).ToJsonString());
            answers.Flush();
        }
        return 0;
    }

    // One machine, from a file; arguments as powershell.exe gets them, environment and standard
    // input those of this process.
    public static int Once(string machineFile, IReadOnlyList<string> arguments)
    {
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("RDPSWEEP_", StringComparison.Ordinal))
            .ToDictionary(name => name, name => Environment.GetEnvironmentVariable(name)!);
        var outcome = Execute(MachineReader.Read(File.ReadLines(machineFile).First()), arguments, variables, Console.In.ReadToEnd());
        Console.Out.Write(outcome.Out);
        foreach (var error in outcome.Errors) Console.Error.WriteLine(error);
        return outcome.ExitCode;
    }

    // One program on a console: a machine, a line of --dump-states; what follows "powershell" on the
    // command line; then what is typed, line by line. What the script says goes out at once.
    public static int Typed()
    {
        var machine = MachineReader.Read(Console.In.ReadLine()!);
        var arguments = CommandLine.Split(Console.In.ReadLine()!);
        var script = CommandLine.Script(arguments, "");
        if (script is null) return 1;
        var outcome = Runner.Run(machine, script, new Dictionary<string, string>(), Console.In, Console.Out);
        Console.Out.Write(outcome.Out);
        foreach (var error in outcome.Errors) Console.Out.WriteLine(error);
        foreach (var write in machine.Journal.Writes) Console.Out.WriteLine($"the script wrote: {write}");
        return outcome.ExitCode;
    }

    private static JsonObject Answer(JsonObject request)
    {
        var variables = request["environment"]!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
        var machine = MachineOf(request["machine"]!.ToJsonString());
        var outcome = Execute(machine, CommandLine.Split((string)request["command"]!), variables, (string?)request["input"] ?? "");
        // A scan that writes is a failure whatever it prints.
        var writes = kept is null ? machine.Journal.Writes : [];
        var errors = outcome.Errors.Concat(writes.Select(write => $"the script wrote: {write}")).ToList();
        return new JsonObject { ["out"] = outcome.Out, ["err"] = string.Join('\n', errors), ["exit"] = errors.Count == 0 ? 0 : 1 };
    }

    private static Machine MachineOf(string line)
    {
        var machine = MachineReader.Read(line);
        if (kept is null) return machine;
        if (!kept.TryGetValue(machine.Name, out var known)) kept[machine.Name] = known = machine;
        return known;
    }

    private static Outcome Execute(Machine machine, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, string input)
    {
        var script = CommandLine.Script(arguments, input);
        return script is null
            ? new Outcome("", ["an interactive PowerShell has nobody to talk to"])
            : Runner.Run(machine, script, variables, input);
    }
}
