// The stand-in for Windows' service manager answers as another manager does that nobody here wrote: both are
// held to service_refusals.txt (tests/wine/services.py does it with Wine's).
using System.ComponentModel;
using Rdpsweep.PowerShell.Api;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

public static partial class ChangeTests
{
    [Test("the service manager refuses what service_refusals.txt says, and nothing else")]
    public static void AsTheTableSays()
    {
        var rows = File.ReadLines(Path.Combine(Fixture.Source, "tests/powershell/service_refusals.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ')).ToList();
        Check.That(rows.Count >= 9, $"only {rows.Count} rows");
        foreach (var row in rows) Check.Equal(row[2], Answer(InScene(row[0]), row[1]), $"{row[1]} of a service that is {row[0]}");
    }

    // A machine on which UmRdpService, which nothing needs, is as the scene says.
    private static Machine InScene(string scene)
    {
        var machine = Fixture.Machine("healthy_2016");
        machine.FindService("UmRdpService")!.State = scene.StartsWith("running", StringComparison.Ordinal) ? 4 : 1;
        if (scene.EndsWith("disabled", StringComparison.Ordinal)) SetStart(machine, "UmRdpService", Disabled);
        if (scene != "missing") return machine;
        machine.Services.RemoveAll(service => service.Name == "UmRdpService");
        machine.Hklm.Find(@"SYSTEM\CurrentControlSet\Services")!.Keys.Remove("UmRdpService");
        return machine;
    }

    private static string Answer(Machine machine, string call)
    {
        Simulation.Machine = machine;
        var controller = new SimulatedServiceController("UmRdpService");
        try
        {
            switch (call)
            {
                case "start": controller.Start(); break;
                case "stop": controller.Stop(); break;
                default: throw new TestFailure($"no such call: {call}");
            }
            return "done";
        }
        catch (InvalidOperationException refused) when (refused.InnerException is Win32Exception why)
        {
            return $"{why.NativeErrorCode}";
        }
    }
}
