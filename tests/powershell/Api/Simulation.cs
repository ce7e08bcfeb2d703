// The machine that the stand-ins of .NET's types reach. The engine's table of type names is one for
// the whole process, and so is this: scripts run one after the other.
using System.Security;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public static class Simulation
{
    public static Machine Machine { get; set; } = new();

    public static Journal Journal => Machine.Journal;

    public static DateTime UtcNow => DateTime.UtcNow;

    public static DateTime Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds).UtcDateTime;

    // What .NET throws for a file that the account may not have.
    public static void CheckFile(Limit? limit)
    {
        if (limit is null) return;
        if (limit.Why == "denied") throw new UnauthorizedAccessException("Access is denied.");
        throw new IOException(limit.Why);
    }

    // The registry throws another exception than files do.
    public static void CheckKey(Limit? limit)
    {
        if (limit is null) return;
        if (limit.Why == "denied") throw new SecurityException("Requested registry access is not allowed.");
        throw new IOException(limit.Why);
    }
}
