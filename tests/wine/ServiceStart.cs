// Sets the start type of a service as Set-Service of Windows PowerShell does: one call of ChangeServiceConfig. That of
// PowerShell 7 makes a second one, for delayed starts, which Wine 8.0 refuses.
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rdpsweep.Wine;

public static partial class ServiceStart
{
    private const uint Connect = 1, ChangeConfig = 2, NoChange = 0xFFFFFFFF;

    public static void Set(string name, string type)
    {
        var start = type switch { "Automatic" => 2u, "Manual" => 3u, "Disabled" => 4u, _ => throw new ArgumentException(type) };
        var manager = Opened(OpenSCManagerW(null, null, Connect));
        var service = Opened(OpenServiceW(manager, name, ChangeConfig));
        if (!ChangeServiceConfigW(service, NoChange, start, NoChange, null, null, 0, null, null, null, null)) throw new Win32Exception();
        CloseServiceHandle(service);
        CloseServiceHandle(manager);
    }

    private static nint Opened(nint handle) => handle != 0 ? handle : throw new Win32Exception();

    [LibraryImport("advapi32", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    private static partial nint OpenSCManagerW(string? machine, string? database, uint rights);

    [LibraryImport("advapi32", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    private static partial nint OpenServiceW(nint manager, string name, uint rights);

    [LibraryImport("advapi32", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ChangeServiceConfigW(nint service, uint type, uint start, uint errors, string? image,
        string? group, nint tag, string? needed, string? account, string? password, string? title);

    [LibraryImport("advapi32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseServiceHandle(nint handle);
}
