// What a script did to the simulated Windows: every access, as read or write.
namespace Rdpsweep.PowerShell.Windows;

public enum Access { Read, Write }

// Resource: "registry:HKLM\...\Name", "file:C:\...", "service:TermService", "certificate:...",
// "wmi:root\cimv2:Win32_Service", "log:System", "process:712", "net:127.0.0.1:3389",
// "command:netstat.exe".
public sealed record Entry(Access Access, string Resource, string Detail)
{
    public override string ToString() => $"{Access} {Resource} {Detail}".TrimEnd();
}

public sealed class Journal
{
    private readonly List<Entry> entries = [];

    public IReadOnlyList<Entry> Entries => entries;

    public IEnumerable<Entry> Writes => entries.Where(entry => entry.Access == Access.Write);

    public void Read(string resource, string detail = "") =>
        entries.Add(new Entry(Access.Read, resource, detail));

    public void Write(string resource, string detail = "") =>
        entries.Add(new Entry(Access.Write, resource, detail));
}
