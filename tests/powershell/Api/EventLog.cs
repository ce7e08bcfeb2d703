// Stands in for System.Diagnostics.Eventing.Reader. Queries are XPath and are evaluated as such, on
// the XML of each record, by the XPath engine of .NET.
using System.ComponentModel;
using System.Globalization;
using System.Xml;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedEventLogQuery(string path, string pathType, string query)
{
    public string Path { get; } = path;

    public string PathType { get; } = pathType;

    public string Query { get; } = query;

    public bool ReverseDirection { get; set; }
}

public sealed class SimulatedEventLogReader : IDisposable
{
    private readonly Queue<LogEvent> records;

    public SimulatedEventLogReader(string path, string pathType) : this(new SimulatedEventLogQuery(path, pathType, "*")) { }

    public SimulatedEventLogReader(SimulatedEventLogQuery query)
    {
        Simulation.Journal.Read($"log:{query.Path}", query.Query);
        if (query.PathType != "LogName") throw new NotSupportedException(query.PathType);
        CheckLimit(Simulation.Machine.FindLimit("log:" + query.Path));
        var found = EventRecords.In(Simulation.Machine, query.Path)
            .Where(record => EventRecords.Matches(record, query.Query))
            .OrderBy(record => EventRecords.Time(record));
        records = new(query.ReverseDirection ? found.Reverse() : found);
    }

    public SimulatedEventRecord? ReadEvent(TimeSpan limit)
    {
        if (limit <= TimeSpan.Zero) throw new InvalidOperationException("ReadEvent would wait for ever");
        return records.TryDequeue(out var record) ? new SimulatedEventRecord(record) : null;
    }

    public void Dispose() { }

    private static void CheckLimit(Limit? limit)
    {
        if (limit is null) return;
        if (limit.Why == "denied") throw new UnauthorizedAccessException("Attempted to perform an unauthorized operation.");
        // The real one throws an EventLogException whose text is that of the Win32 error.
        const int timeout = 1460; // ERROR_TIMEOUT
        if (limit.Why == "timeout") throw new IOException(new Win32Exception(timeout).Message);
        throw new IOException(limit.Why);
    }
}

public sealed class SimulatedEventRecord(LogEvent record) : IDisposable
{
    public int Id => record.Id;

    public int? ProcessId => (int)record.Pid;

    public DateTime? TimeCreated => Simulation.Time(EventRecords.Time(record)).ToLocalTime();

    public string ToXml() => EventRecords.Xml(record, "http://schemas.microsoft.com/win/2004/08/events/event").OuterXml;

    public void Dispose() { }
}

internal static class EventRecords
{
    private const string RemoteConnections = "Microsoft-Windows-TerminalServices-RemoteConnectionManager";

    // The System log begins with a record of no interest, the oldest there is.
    internal static IEnumerable<LogEvent> In(Machine machine, string channel)
    {
        var found = machine.Events.Where(record => Source(record).Channel == channel);
        if (channel != "System") return found;
        var oldest = new LogEvent("Microsoft-Windows-Kernel-General", 12, machine.OldestEvent, false, 4, new Dictionary<string, string>(), []);
        return found.Append(oldest);
    }

    internal static long Time(LogEvent record) =>
        record.Provoked ? Simulation.Machine.Now : record.Time;

    internal static bool Matches(LogEvent record, string query)
    {
        // timediff() is an extension of the event log; its value is put beside the time.
        var standard = query.Replace("timediff(@SystemTime)", "@Age");
        return Xml(record, "").CreateNavigator()!.Evaluate(standard) switch
        {
            bool holds => holds,
            System.Xml.XPath.XPathNodeIterator nodes => nodes.MoveNext(),
            var other => throw new NotSupportedException($"{query} gives {other}"),
        };
    }

    internal static XmlDocument Xml(LogEvent record, string space)
    {
        var document = new XmlDocument();
        var root = document.AppendChild(document.CreateElement("Event", space))!;
        var system = root.AppendChild(document.CreateElement("System", space))!;
        Attribute(Element(system, "Provider", ""), "Name", Source(record).Provider);
        Element(system, "EventID", record.Id.ToString(CultureInfo.InvariantCulture));
        var time = Element(system, "TimeCreated", "");
        Attribute(time, "SystemTime", Simulation.Time(Time(record)).ToString("yyyy-MM-ddTHH:mm:ss.fffffff00Z", CultureInfo.InvariantCulture));
        Attribute(time, "Age", (1000 * (Simulation.Machine.Now - Time(record))).ToString(CultureInfo.InvariantCulture));
        Attribute(Element(system, "Execution", ""), "ProcessID", record.Pid.ToString(CultureInfo.InvariantCulture));
        AddData(root, record);
        return document;
    }

    // Schannel writes UserData with elements of its own names, the others EventData; so did the
    // records that are known. Members called "0", "1" are Data without a name.
    private static void AddData(XmlNode root, LogEvent record)
    {
        var data = Element(root, "EventData", "");
        foreach (var (name, text) in record.Data.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var element = Element(data, "Data", text);
            if (!int.TryParse(name, out _)) Attribute(element, "Name", name);
        }
        if (record.Binary.Length > 0) Element(data, "Binary", Convert.ToHexString(record.Binary));
    }

    private static XmlElement Element(XmlNode parent, string name, string text)
    {
        var element = parent.OwnerDocument!.CreateElement(name, parent.NamespaceURI);
        element.InnerText = text;
        return (XmlElement)parent.AppendChild(element)!;
    }

    private static void Attribute(XmlElement element, string name, string value) => element.SetAttribute(name, value);

    // Channel and provider of facts/1's labels.
    private static (string Channel, string Provider) Source(LogEvent record) => record.Provider switch
    {
        "Schannel" => ("System", "Schannel"),
        "SCM" => ("System", "Service Control Manager"),
        "TermService" when record.Id is >= 1050 and <= 1065 => ("System", RemoteConnections),
        "TermService" => ($"{RemoteConnections}/Operational", RemoteConnections),
        "RdpCoreTS" => ("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational", "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS"),
        "LSM" => ("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "Microsoft-Windows-TerminalServices-LocalSessionManager"),
        "NETLOGON" => ("System", "NETLOGON"),
        "NTLM" => ("Microsoft-Windows-NTLM/Operational", "Microsoft-Windows-NTLM"),
        "Security" => ("Security", "Microsoft-Windows-Security-Auditing"),
        _ => ("System", record.Provider),
    };
}
