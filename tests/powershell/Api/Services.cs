// Stands in for System.ServiceProcess.ServiceController, for scripts that change a machine.
namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedServiceController(string name)
{
    private const int Stopped = 1;
    private const int Running = 4;

    public string ServiceName { get; } = name;

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

    private void Change(int state, string how)
    {
        if (Found.State == state) throw new InvalidOperationException($"Cannot {how} service {ServiceName}.");
        Simulation.Journal.Write($"service:{ServiceName}", how);
        Found.State = state;
    }
}
