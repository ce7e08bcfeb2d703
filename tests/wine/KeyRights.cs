// Sets and reads the security descriptors of registry keys by Wine's own advapi32, without .NET's classes for it,
// which the scripts use. A key stays open with all rights from when it is set first until it gets back what it had:
// what is set may deny everything to us.
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Rdpsweep.Wine;

public sealed partial class KeyRights : IDisposable
{
    private const nint Hklm = unchecked((int)0x80000002);
    private const uint OwnerGroupAndDacl = 7, OwnerAndDacl = 5; // SECURITY_INFORMATION
    private const uint ReadControl = 0x20000, AllRights = 0xF003F, SddlRevision = 1;
    private const int MoreData = 122;

    private readonly Dictionary<string, (nint Key, byte[] First)> open = [];

    public void Dispose() => GiveBack();

    public JsonObject SetAndGet(JsonObject order)
    {
        foreach (var (key, sddl) in order["set"]!.AsObject()) Set(key, (string)sddl!);
        var answer = new JsonObject();
        foreach (var key in order["get"]!.AsArray().Select(key => (string)key!)) answer[key] = Get(key);
        return answer;
    }

    public JsonObject GiveBack()
    {
        foreach (var (key, first) in open.Values)
        {
            var pinned = GCHandle.Alloc(first, GCHandleType.Pinned);
            Must(RegSetKeySecurity(key, OwnerGroupAndDacl, pinned.AddrOfPinnedObject()));
            pinned.Free();
            Must(RegCloseKey(key));
        }
        open.Clear();
        return [];
    }

    private void Set(string path, string sddl)
    {
        if (!open.TryGetValue(path, out var kept))
        {
            Must(RegOpenKeyExW(Hklm, path, 0, AllRights, out var key));
            open[path] = kept = (key, Read(key, OwnerGroupAndDacl));
        }
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SddlRevision, out var descriptor, 0)) throw new Win32Exception();
        Must(RegSetKeySecurity(kept.Key, OwnerGroupAndDacl, descriptor));
        LocalFree(descriptor);
    }

    private string Get(string path)
    {
        var kept = open.TryGetValue(path, out var known);
        var key = known.Key;
        if (!kept) Must(RegOpenKeyExW(Hklm, path, 0, ReadControl, out key));
        var bytes = Read(key, OwnerAndDacl);
        if (!kept) Must(RegCloseKey(key));
        var pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(pinned.AddrOfPinnedObject(), SddlRevision, OwnerAndDacl, out var text, 0)) throw new Win32Exception();
        pinned.Free();
        var sddl = Marshal.PtrToStringUni(text)!;
        LocalFree(text);
        return sddl;
    }

    private static byte[] Read(nint key, uint what)
    {
        uint size = 0;
        var refused = RegGetKeySecurity(key, what, [], ref size);
        if (refused != MoreData) Must(refused);
        var bytes = new byte[size];
        Must(RegGetKeySecurity(key, what, bytes, ref size));
        return bytes;
    }

    private static void Must(int code)
    {
        if (code != 0) throw new Win32Exception(code);
    }

    [LibraryImport("advapi32", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int RegOpenKeyExW(nint root, string path, uint options, uint rights, out nint key);

    [LibraryImport("advapi32")]
    private static partial int RegCloseKey(nint key);

    [LibraryImport("advapi32")]
    private static partial int RegSetKeySecurity(nint key, uint what, nint descriptor);

    [LibraryImport("advapi32")]
    private static partial int RegGetKeySecurity(nint key, uint what, [Out] byte[] descriptor, ref uint size);

    [LibraryImport("advapi32", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ConvertStringSecurityDescriptorToSecurityDescriptorW(string sddl, uint revision, out nint descriptor, nint size);

    [LibraryImport("advapi32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ConvertSecurityDescriptorToStringSecurityDescriptorW(nint descriptor, uint revision, uint what, out nint text, nint length);

    [LibraryImport("kernel32")]
    private static partial nint LocalFree(nint memory);
}
