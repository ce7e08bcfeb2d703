// What all tests share: the collector's text, and the machines that the simulated fleet wrote.
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

public static class Fixture
{
    private static string[] lines = [];

    public static string Source { get; private set; } = ""; // folder of the repository

    public static string Collector { get; private set; } = "";

    // A machine a call: no test sees what another has changed.
    public static IEnumerable<Machine> Machines => lines.Select(MachineReader.Read);

    public static void Load(string source, string states)
    {
        Source = source;
        Collector = File.ReadAllText(Path.Combine(source, "probes/collect/collector.ps1"));
        lines = File.ReadAllLines(states);
        var profiles = Machines.Select(machine => machine.Profile).ToHashSet();
        Check.That(profiles.Count > 150, $"{states}: machines of {profiles.Count} profiles; the fleet has more");
    }

    public static Machine Named(string name)
    {
        var mark = $"\"name\":\"{name}\"";
        var line = lines.FirstOrDefault(line => line.Contains(mark));
        return MachineReader.Read(line ?? throw new TestFailure($"no machine called {name}"));
    }

    public static Machine Machine(string profile)
    {
        var mark = $"\"profile\":\"{profile}\"";
        var line = lines.FirstOrDefault(line => line.Contains(mark));
        return MachineReader.Read(line ?? throw new TestFailure($"no machine of profile {profile}"));
    }
}
