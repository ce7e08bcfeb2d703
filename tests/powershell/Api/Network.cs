// Stands in for sockets and TLS towards the machine's own RDP port: what the simulated listener
// does with a connection is known beforehand (Machine.Handshakes).
using System.ComponentModel;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

// The real class shows the codes of Winsock only on Windows.
public sealed class SimulatedSocketException(SocketError error) : Win32Exception((int)error)
{
    public SocketError SocketErrorCode { get; } = error;

    public override int ErrorCode => (int)SocketErrorCode;

    public override string ToString() => $"System.Net.Sockets.SocketException ({(int)SocketErrorCode})";
}

public sealed class SimulatedWait(bool signalled)
{
    public bool WaitOne(int milliseconds, bool exitContext) =>
        milliseconds > 0 && !exitContext && signalled;
}

public sealed record SimulatedPending(SimulatedWait AsyncWaitHandle);

public sealed class SimulatedTcpClient(AddressFamily family) : IDisposable
{
    private Handshake? shake;

    public AddressFamily Family { get; } = family;

    public int ReceiveTimeout { get; set; }

    public int SendTimeout { get; set; }

    public SimulatedPending BeginConnect(IPAddress address, int port, AsyncCallback? callback, object? state)
    {
        Simulation.Journal.Read($"net:{address}:{port}");
        if (!IPAddress.IsLoopback(address) && Simulation.Machine.Sockets.All(socket => socket.Address != address.ToString()))
        {
            throw new InvalidOperationException($"a connection to another machine: {address}");
        }
        shake = Simulation.Machine.Handshakes.FirstOrDefault();
        return new SimulatedPending(new SimulatedWait(shake is not { Stage: "connect", Failure: "timeout" }));
    }

    public void EndConnect(SimulatedPending pending)
    {
        if (shake is null or { Stage: "connect" }) throw new SimulatedSocketException(SocketError.ConnectionRefused);
    }

    public SimulatedRdpStream GetStream()
    {
        if (ReceiveTimeout <= 0 || SendTimeout <= 0) throw new InvalidOperationException("a stream without a limit of time");
        return new SimulatedRdpStream(shake!);
    }

    public void Close() { }

    public void Dispose() { }
}

// Answers one X.224 Connection Request (MS-RDPBCGR 2.2.1.1, 2.2.1.2).
public sealed class SimulatedRdpStream(Handshake shake)
{
    private Queue<byte> answer = new();

    public Handshake Shake { get; } = shake;

    public void Write(byte[] buffer, int offset, int count)
    {
        var request = buffer.AsSpan(offset, count);
        byte[] expected = [3, 0, 0, 19, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0];
        if (!request.SequenceEqual(expected)) throw new InvalidOperationException("not the Connection Request that was agreed on");
        answer = new Queue<byte>(Answer());
    }

    public int Read(byte[] buffer, int offset, int count)
    {
        if (Shake is { Stage: "x224", Failure: "timeout" }) throw Broken(SocketError.TimedOut);
        if (Shake is { Stage: "x224", Failure: "reset" }) throw Broken(SocketError.ConnectionReset);
        var read = 0;
        // A byte at a time at first: TCP owes nobody whole packets.
        for (var most = answer.Count > 10 ? 1 : count; read < most && answer.TryDequeue(out var next); read++) buffer[offset + read] = next;
        return read;
    }

    private byte[] Answer()
    {
        if (Shake is { Stage: "x224", Failure: "not_rdp" }) return "HTTP/1.1 400 Bad Request\r\n"u8.ToArray();
        if (Shake is { Stage: "x224", Failure: "closed" }) return [];
        if (Shake.FailureCode is { } code) return Confirm(3, code);
        return Shake.Protocol is { } protocol ? Confirm(2, protocol) : [3, 0, 0, 11, 6, 0xD0, 0, 0, 0x12, 0x34, 0];
    }

    private static byte[] Confirm(byte type, int value) =>
        [3, 0, 0, 19, 14, 0xD0, 0, 0, 0x12, 0x34, 0, type, 0x1F, 8, 0, (byte)value, 0, 0, 0];

    internal static IOException Broken(SocketError error) =>
        new("Unable to read data from the transport connection.", new SimulatedSocketException(error));
}

public sealed class SimulatedServerCertificate(string thumbprint)
{
    public string GetCertHashString() => thumbprint.ToUpperInvariant();
}

// .NET Framework's SslStream knows no suite by name: there is no NegotiatedCipherSuite.
public sealed class SimulatedSslStream(SimulatedRdpStream inner, bool leaveOpen, RemoteCertificateValidationCallback check)
{
    private const int BadMessage = unchecked((int)0x80090326); // SEC_E_ILLEGAL_MESSAGE: an alert came

    public bool LeaveOpen { get; } = leaveOpen;

    public SslProtocols SslProtocol { get; private set; }

    public SimulatedServerCertificate? RemoteCertificate { get; private set; }

    public void AuthenticateAsClient(string host, object? certificates, SslProtocols protocols, bool checkRevocation)
    {
        var shake = inner.Shake;
        if (shake.Alert is not null) throw new AuthenticationException("A call to SSPI failed, see inner exception.", new Win32Exception(BadMessage));
        if (shake.Failure == "reset") throw SimulatedRdpStream.Broken(SocketError.ConnectionReset);
        if (shake.Failure == "timeout") throw SimulatedRdpStream.Broken(SocketError.TimedOut);
        if (shake.Stage != "done") throw new IOException("Authentication failed because the remote party has closed the transport stream.");
        SslProtocol = Version(shake.Tls);
        if ((protocols & SslProtocol) == 0) throw new AuthenticationException("A call to SSPI failed, see inner exception.", new Win32Exception(BadMessage));
        RemoteCertificate = new SimulatedServerCertificate(shake.Thumbprint);
        if (!check(this, null, null, SslPolicyErrors.RemoteCertificateChainErrors)) throw new AuthenticationException("The remote certificate is invalid.");
    }

    private static SslProtocols Version(string name) => name switch
    {
#pragma warning disable CS0618, SYSLIB0039 // old versions are what is looked for
        "1.0" => SslProtocols.Tls, "1.1" => SslProtocols.Tls11,
#pragma warning restore CS0618, SYSLIB0039
        "1.2" => SslProtocols.Tls12, "1.3" => SslProtocols.Tls13,
        _ => throw new InvalidOperationException($"TLS {name}"),
    };
}

// Who listens, of which only the port is of interest.
public sealed class SimulatedNetwork
{
    public static SimulatedNetwork GetIPGlobalProperties() => new();

    public IPEndPoint[] GetActiveTcpListeners()
    {
        Simulation.Journal.Read("net:listeners");
        return [.. Simulation.Machine.Sockets.Select(socket => new IPEndPoint(IPAddress.Parse(socket.Address), socket.Port))];
    }
}
