// Stands in for Microsoft.Win32.RegistryKey and Registry.
using System.Buffers.Binary;
using System.Security;
using System.Text;
using Microsoft.Win32;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public sealed class SimulatedRegistryKey : IDisposable
{
    private readonly RegistryNode node;
    private readonly string path; // below HKLM; "" for HKLM itself
    private readonly bool writable;

    internal SimulatedRegistryKey(RegistryNode node, string path, bool writable)
    {
        (this.node, this.path, this.writable) = (node, path, writable);
    }

    public string Name => path.Length == 0 ? node.Name : $@"HKEY_LOCAL_MACHINE\{path}";

    public int SubKeyCount => node.Keys.Count;

    public int ValueCount => node.Values.Count;

    // .NET 4 and later.
    public static SimulatedRegistryKey OpenBaseKey(RegistryHive hive, RegistryView view)
    {
        if (Simulation.Machine.ClrMajor < 4) throw new MissingMethodException("RegistryKey", "OpenBaseKey");
        if (hive != RegistryHive.LocalMachine || view != RegistryView.Registry64)
        {
            throw new NotSupportedException($"{hive} {view} is not simulated");
        }
        return SimulatedRegistry.LocalMachine;
    }

    public SimulatedRegistryKey? OpenSubKey(string name) => OpenSubKey(name, false);

    public SimulatedRegistryKey? OpenSubKey(string name, bool writable)
    {
        var full = Join(name);
        Simulation.Journal.Read(Resource(full));
        if (node.Find(name) is not { } found) return null;
        Simulation.CheckKey(Simulation.Machine.FindKeyLimit(full));
        if (writable) CheckAccess(found, AccessCheck.SetValue | AccessCheck.CreateSubKey);
        return new SimulatedRegistryKey(found, full, writable);
    }

    // For its descriptor alone: the rights of which stand before those to what is in the key.
    public SimulatedRegistryKey? OpenSubKey(string name, string check, string rights)
    {
        if (check != "ReadWriteSubTree" || rights != "ReadPermissions,ChangePermissions") throw new NotSupportedException($"{check} {rights}");
        var full = Join(name);
        Simulation.Journal.Read(Resource(full));
        if (node.Find(name) is not { } found) return null;
        Simulation.CheckKey(Simulation.Machine.FindKeyLimit(full));
        CheckAccess(found, AccessCheck.WriteDac);
        return new SimulatedRegistryKey(found, full, true);
    }

    public object? GetValue(string name) => GetValue(name, null, RegistryValueOptions.None);

    public object? GetValue(string name, object? otherwise) => GetValue(name, otherwise, RegistryValueOptions.None);

    public object? GetValue(string name, object? otherwise, RegistryValueOptions options)
    {
        Simulation.Journal.Read(Resource(Join(name)));
        return node.Values.TryGetValue(name, out var value) ? Decode(value, options) : otherwise;
    }

    public RegistryValueKind GetValueKind(string name)
    {
        Simulation.Journal.Read(Resource(Join(name)));
        if (!node.Values.TryGetValue(name, out var value)) throw new IOException("The specified registry key does not exist.");
        return (RegistryValueKind)value.Type;
    }

    public string[] GetValueNames()
    {
        Simulation.Journal.Read(Resource(path), "names");
        return [.. node.Values.Values.Select(value => value.Name)];
    }

    public string[] GetSubKeyNames()
    {
        Simulation.Journal.Read(Resource(path), "keys");
        return [.. node.Keys.Values.Select(key => key.Name)];
    }

    public SimulatedDescriptor GetAccessControl(string sections)
    {
        Simulation.Journal.Read(Resource(path), "descriptor");
        Simulation.CheckKey(Simulation.Machine.FindLimit("sd:" + path));
        return new SimulatedDescriptor(node.Sddl ?? SimulatedDescriptor.InheritedKey);
    }

    public void SetAccessControl(SimulatedDescriptor descriptor)
    {
        CheckWritable();
        Simulation.Journal.Write(Resource(path), "descriptor");
        node.Sddl = descriptor.Sddl;
        AccessCheck.HandDown(node);
    }

    public void SetValue(string name, object value, RegistryValueKind kind)
    {
        CheckWritable();
        Simulation.Journal.Write(Resource(Join(name)), $"{kind} {value}");
        node.Set(name, (int)kind, Encode(value, kind));
    }

    public void DeleteValue(string name) => DeleteValue(name, true);

    public void DeleteValue(string name, bool throwOnMissing)
    {
        CheckWritable();
        Simulation.Journal.Write(Resource(Join(name)), "delete");
        if (!node.Values.Remove(name) && throwOnMissing) throw new ArgumentException("No value exists with that name.");
    }

    public SimulatedRegistryKey CreateSubKey(string name)
    {
        CheckWritable();
        if (node.Find(name) is { } there) CheckAccess(there, AccessCheck.SetValue | AccessCheck.CreateSubKey);
        else Simulation.Journal.Write(Resource(Join(name)), "create");
        return new SimulatedRegistryKey(node.Create(name), Join(name), true);
    }

    public void DeleteSubKey(string name) => Delete(name, node.Find(name)?.Keys.Count == 0);

    public void DeleteSubKeyTree(string name) => Delete(name, true);

    public void Close() { }

    public void Dispose() { }

    private void Delete(string name, bool allowed)
    {
        CheckWritable();
        if (node.Find(name) is null) throw new ArgumentException("Cannot delete a subkey tree because the subkey does not exist.");
        if (!allowed) throw new InvalidOperationException("Registry key has subkeys.");
        Simulation.Journal.Write(Resource(Join(name)), "delete");
        var cut = name.LastIndexOf('\\');
        node.Find(cut < 0 ? "" : name[..cut])!.Keys.Remove(name[(cut + 1)..]);
    }

    private void CheckWritable()
    {
        if (!writable) throw new UnauthorizedAccessException("Cannot write to the registry key.");
    }

    private static void CheckAccess(RegistryNode node, uint wanted)
    {
        if (!AccessCheck.Allows(node.Sddl, wanted)) throw new SecurityException("Requested registry access is not allowed.");
    }

    private string Join(string name) => path.Length == 0 ? name : $@"{path}\{name}";

    private static string Resource(string path) => $@"registry:HKLM\{path}";

    private static object Decode(RegistryValue value, RegistryValueOptions options) => value.Type switch
    {
        1 => Text(value.Data),
        2 => options == RegistryValueOptions.DoNotExpandEnvironmentNames
            ? Text(value.Data) : Text(value.Data).Replace("%SystemRoot%", @"C:\Windows", StringComparison.OrdinalIgnoreCase),
        4 when value.Data.Length == 4 => BinaryPrimitives.ReadInt32LittleEndian(value.Data),
        7 => Text(value.Data).Split('\0', StringSplitOptions.RemoveEmptyEntries),
        11 when value.Data.Length == 8 => BinaryPrimitives.ReadInt64LittleEndian(value.Data),
        _ => value.Data,
    };

    private static string Text(byte[] data) => Encoding.Unicode.GetString(data).TrimEnd('\0');

    private static byte[] Encode(object value, RegistryValueKind kind) => kind switch
    {
        RegistryValueKind.DWord => BitConverter.GetBytes(unchecked((int)Convert.ToInt64(value))),
        RegistryValueKind.String or RegistryValueKind.ExpandString => Encoding.Unicode.GetBytes($"{value}\0"),
        RegistryValueKind.MultiString => Encoding.Unicode.GetBytes(string.Concat(((string[])value).Select(text => text + "\0")) + "\0"),
        RegistryValueKind.Binary => (byte[])value,
        _ => throw new NotSupportedException($"{kind} is not simulated"),
    };
}

public static class SimulatedRegistry
{
    public static SimulatedRegistryKey LocalMachine => new(Simulation.Machine.Hklm, "", true);
}
