// Stands in for processes, the environment and the culture of Windows.
using System.Globalization;

namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedProcess
{
    private readonly Windows.Process process;

    private SimulatedProcess(Windows.Process process) => this.process = process;

    // Without ".exe", which the file's name has and the process's has not.
    public string ProcessName =>
        process.Image.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? process.Image[..^4] : process.Image;

    public DateTime StartTime => Simulation.Time(process.Started).ToLocalTime();

    public static SimulatedProcess GetProcessById(int pid)
    {
        Simulation.Journal.Read($"process:{pid}");
        var found = Simulation.Machine.Processes.FirstOrDefault(process => process.Pid == pid);
        return new SimulatedProcess(found ?? throw new ArgumentException($"Process with an Id of {pid} is not running."));
    }
}

public static class SimulatedEnvironment
{
    public static Version Version => new(Simulation.Machine.ClrMajor, 0, 30319, 42000);

    public static string GetFolderPath(Environment.SpecialFolder folder) =>
        folder == Environment.SpecialFolder.CommonApplicationData
            ? @"C:\ProgramData" : throw new NotSupportedException($"{folder} is not simulated");

    // Of the process only, as in .NET: what a transport's command line tells the script it starts.
    public static void SetEnvironmentVariable(string variable, string value) =>
        Environment.SetEnvironmentVariable(
            variable.StartsWith("RDPSWEEP_", StringComparison.Ordinal) ? variable
                : throw new NotSupportedException($"{variable} is not ours to set"),
            value);
}

public sealed record SimulatedUiCulture(int LCID);

public static class SimulatedCultureInfo
{
    public static SimulatedUiCulture InstalledUICulture => new(Simulation.Machine.Lcid);

    public static CultureInfo InvariantCulture => CultureInfo.InvariantCulture;
}

// What the script writes to standard output and reads from standard input.
public static class SimulatedConsole
{
    public static TextWriter Out { get; set; } = new StringWriter();

    public static TextReader In { get; set; } = new StringReader("");

    public static void SetOut(TextWriter writer) => Out = writer;
}
