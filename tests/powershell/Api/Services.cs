// Stands in for System.ServiceProcess.ServiceController, for scripts that change a machine.
namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedServiceController(string name)
{
    private const int Stopped = 1;
    private const int Running = 4;

    public string ServiceName { get; } = name;

    // Those that are declared to need it.
    public SimulatedServiceController[] DependentServices =>
        [.. Simulation.Machine.Services.Where(other => Needs(other.Name)).Select(other => new SimulatedServiceController(other.Name))];

    public string Status
    {
        get
        {
            Simulation.Journal.Read($"service:{ServiceName}");
            return Found.State == Running ? "Running" : "Stopped";
        }
    }

    public void Start() => Change(Running, "start");

    public void Stop() => Change(Stopped, "stop");

    // Here a service is there at once.
    public void WaitForStatus(string status, TimeSpan limit)
    {
        if (Status != status) throw new TimeoutException($"{ServiceName} is not {status} after {limit}");
    }

    private Windows.Service Found => Simulation.Machine.FindService(ServiceName)
        ?? throw new InvalidOperationException($"Service {ServiceName} was not found on computer '.'.");

    private bool Needs(string other)
    {
        var key = Simulation.Machine.Hklm.Find($@"SYSTEM\CurrentControlSet\Services\{other}");
        if (key is null || !key.Values.TryGetValue("DependOnService", out var needed)) return false;
        return System.Text.Encoding.Unicode.GetString(needed.Data).Split('\0').Contains(ServiceName, StringComparer.OrdinalIgnoreCase);
    }

    private void Change(int state, string how)
    {
        if (Found.State == state) throw new InvalidOperationException($"Cannot {how} service {ServiceName}.");
        Simulation.Journal.Write($"service:{ServiceName}", how);
        var service = Found;
        service.State = state;
        if (state != Stopped) return;
        Simulation.Machine.Sockets.RemoveAll(socket => socket.Pid == service.Pid);
        service.Pid = 0;
    }
}
