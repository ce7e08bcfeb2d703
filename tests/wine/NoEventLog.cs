// An event log without events. It does not refuse: a constructor that throws ends this runtime here.
namespace Rdpsweep.Wine;

public sealed class NoEventLog
{
    public NoEventLog(params object[] _) { }

    public bool ReverseDirection { get; set; }

    public object? ReadEvent(TimeSpan _) => null;

    public void Dispose() { }
}
