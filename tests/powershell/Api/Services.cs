// Stands in for System.ServiceProcess.ServiceController, for scripts that change a machine. It refuses
// what Windows' service manager refuses, with the same numbers (winerror.h).
using System.ComponentModel;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedServiceController(string name)
{
    public string ServiceName { get; } = name;

    // Those that are declared to need it.
    public SimulatedServiceController[] DependentServices
    {
        get
        {
            ServiceManager.Find(ServiceName);
            return [.. Simulation.Machine.Services.Where(other => ServiceManager.Needs(other.Name, ServiceName)).Select(other => new SimulatedServiceController(other.Name))];
        }
    }

    public string Status
    {
        get
        {
            Simulation.Journal.Read($"service:{ServiceName}");
            return ServiceManager.Find(ServiceName).State switch
            {
                1 => "Stopped", 2 => "StartPending", 3 => "StopPending", 4 => "Running",
                5 => "ContinuePending", 6 => "PausePending", _ => "Paused",
            };
        }
    }

    // The status is read anew each time anyway.
    public void Refresh() { }

    public void Start() => ServiceManager.Start(ServiceName);

    // Those that need it are stopped first, as .NET does.
    public void Stop()
    {
        foreach (var other in DependentServices.Where(other => ServiceManager.Find(other.ServiceName).State != ServiceManager.Stopped)) other.Stop();
        ServiceManager.Stop(ServiceName);
    }

    // Here a service is there at once.
    public void WaitForStatus(string status, TimeSpan limit)
    {
        if (Status != status) throw new TimeoutException($"Time out has expired and the operation has not been completed: {ServiceName} is not {status} after {limit}");
    }
}

// The service manager of the simulated Windows: each call refused as the real one refuses it.
public static class ServiceManager
{
    public const int Stopped = 1;
    public const int Running = 4;
    private const uint Disabled = 4; // a start type
    private const int DependentServicesRunning = 1051, AlreadyRunning = 1056, ServiceDisabled = 1058, DoesNotExist = 1060,
        CannotAcceptControl = 1061, NotActive = 1062, DependencyFail = 1068;

    public static Service Find(string name) =>
        Simulation.Machine.FindService(name) ?? throw Refused(DoesNotExist, $"Service {name} was not found on computer '.'.");

    public static bool Needs(string name, string needed) => Needed(name).Contains(needed, StringComparer.OrdinalIgnoreCase);

    public static void Start(string name)
    {
        var service = Find(name);
        Check(name, "start");
        if (service.State == Stopped && Simulation.Machine.StartsBeforeCall.Remove(name)) Begin(service);
        if (StartType(name) == Disabled) throw Refused(ServiceDisabled, $"Cannot start service {name} on computer '.'.");
        if (service.State != Stopped) throw Refused(AlreadyRunning, $"Cannot start service {name} on computer '.'.");
        foreach (var needed in Needed(name).Select(Simulation.Machine.FindService).OfType<Service>().Where(other => other.State == Stopped))
        {
            if (StartType(needed.Name) == Disabled) throw Refused(DependencyFail, $"Cannot start service {name} on computer '.'.");
            Start(needed.Name);
        }
        Simulation.Journal.Write($"service:{name}", "start");
        Begin(service);
    }

    private static void Begin(Service service)
    {
        service.State = Running;
        Simulation.Machine.Started(service);
    }

    public static void Stop(string name)
    {
        var service = Find(name);
        Check(name, "stop");
        if (service.State == Running && Simulation.Machine.StopsBeforeCall.Remove(name)) End(service);
        if (service.State == Stopped) throw Refused(NotActive, $"Cannot stop {name} service on computer '.'.");
        if (service.State != Running) throw Refused(CannotAcceptControl, $"Cannot stop {name} service on computer '.'.");
        var dependents = Simulation.Machine.Services.Where(other => other.State != Stopped && Needs(other.Name, name));
        if (dependents.Any()) throw Refused(DependentServicesRunning, $"Cannot stop {name} service on computer '.'.");
        Simulation.Journal.Write($"service:{name}", "stop");
        End(service);
    }

    private static void End(Service service)
    {
        service.State = Stopped;
        Simulation.Machine.Stopped(service);
    }

    // What a test has this service refuse (Machine.Refusals), with any of Windows' numbers.
    public static void Check(string name, string how)
    {
        if (Simulation.Machine.Refusals.TryGetValue($"{how} {name}", out var code)) throw Refused(code, $"Cannot {how} service {name} on computer '.'.");
    }

    public static InvalidOperationException Refused(int code, string text) => new(text, new Win32Exception(code, $"Win32 error {code}"));

    private static uint StartType(string name)
    {
        var key = Simulation.Machine.Hklm.Find($@"SYSTEM\CurrentControlSet\Services\{name}");
        return key is not null && key.Values.TryGetValue("Start", out var start) ? BitConverter.ToUInt32(start.Data) : 3;
    }

    private static string[] Needed(string name)
    {
        var key = Simulation.Machine.Hklm.Find($@"SYSTEM\CurrentControlSet\Services\{name}");
        if (key is null || !key.Values.TryGetValue("DependOnService", out var needed)) return [];
        return System.Text.Encoding.Unicode.GetString(needed.Data).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }
}
