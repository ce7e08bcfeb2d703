// Stands in for System.IO on a machine whose paths have backslashes.
using System.Text.RegularExpressions;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Api;

public static class SimulatedFile
{
    public static bool Exists(string path)
    {
        Simulation.Journal.Read($"file:{path}", "exists");
        return Simulation.Machine.Files.TryGetValue(path, out var file) && !file.Folder;
    }

    public static byte[] ReadAllBytes(string path)
    {
        Simulation.Journal.Read($"file:{path}", "content");
        return Find(path).Content ?? throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
    }

    public static void WriteAllBytes(string path, byte[] content)
    {
        Simulation.Journal.Write($"file:{path}", "content");
        var sddl = Simulation.Machine.Files.TryGetValue(path, out var old) ? old.Sddl : "O:BAG:SYD:AI";
        Simulation.Machine.Files[path] = new FileEntry(path, false) { Content = content, Size = content.Length, Sddl = sddl };
    }

    public static void WriteAllText(string path, string text) => WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(text));

    public static void Delete(string path)
    {
        Simulation.Journal.Write($"file:{path}", "delete");
        Simulation.Machine.Files.Remove(path);
    }

    public static void Move(string from, string to)
    {
        Simulation.Journal.Write($"file:{from}", "move");
        Simulation.Journal.Write($"file:{to}", "move");
        var file = Find(from);
        Simulation.Machine.Files.Remove(from);
        Simulation.Machine.Files[to] = new FileEntry(to, false)
        {
            Content = file.Content, Size = file.Size, Sddl = file.Sddl, DescriptorReadable = file.DescriptorReadable,
        };
    }

    public static void SetAccessControl(string path, SimulatedDescriptor descriptor)
    {
        if (!AccessCheck.Allows(Find(path).Sddl, AccessCheck.WriteDac)) throw new UnauthorizedAccessException("Attempted to perform an unauthorized operation.");
        Simulation.Journal.Write($"file:{path}", "descriptor");
        Find(path).Sddl = descriptor.Sddl;
    }

    internal static FileEntry Find(string path) =>
        Simulation.Machine.Files.TryGetValue(path, out var file)
            ? file : throw new FileNotFoundException($"Could not find file '{path}'.");
}

public sealed class SimulatedFileInfo(string path)
{
    public string FullName { get; } = path;

    public long Length
    {
        get
        {
            Simulation.Journal.Read($"file:{FullName}", "size");
            return SimulatedFile.Find(FullName).Size;
        }
    }
}

public static class SimulatedDirectory
{
    public static string[] GetFiles(string folder) => GetFiles(folder, "*");

    public static string[] GetFiles(string folder, string pattern)
    {
        var expression = new Regex("^" + Regex.Escape(pattern).Replace(@"\*", ".*") + "$", RegexOptions.IgnoreCase);
        return [.. List(folder).Where(path => expression.IsMatch(SimulatedPath.GetFileName(path)))];
    }

    // .NET 4 and later.
    public static IEnumerable<string> EnumerateFiles(string folder)
    {
        if (Simulation.Machine.ClrMajor < 4) throw new MissingMethodException("Directory", "EnumerateFiles");
        return List(folder);
    }

    public static void SetAccessControl(string path, SimulatedDescriptor descriptor) => SimulatedFile.SetAccessControl(path, descriptor);

    private static IEnumerable<string> List(string folder)
    {
        Simulation.Journal.Read($"file:{folder}", "names");
        Simulation.CheckFile(Simulation.Machine.FindLimit("dir:" + folder));
        if (!Simulation.Machine.Files.TryGetValue(folder, out var entry))
        {
            throw new DirectoryNotFoundException($"Could not find a part of the path '{folder}'.");
        }
        if (!entry.Listable) throw new UnauthorizedAccessException($"Access to the path '{folder}' is denied.");
        var prefix = folder + '\\';
        return Simulation.Machine.Files.Values
            .Where(file => !file.Folder && file.Path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(file => file.Path);
    }
}

public static class SimulatedPath
{
    public static string GetFileName(string path) => path[(path.LastIndexOf('\\') + 1)..];

    public static string Combine(string first, string second) => $@"{first.TrimEnd('\\')}\{second}";
}
