// HKEY_LOCAL_MACHINE as a tree; names compare without regard to case, as on Windows.
using System.Text;
using System.Text.Json.Nodes;

namespace Rdpsweep.PowerShell.Windows;

// Data holds the bytes as Windows stores them; Type is the number of winnt.h (4 = REG_DWORD).
public sealed record RegistryValue(string Name, int Type, byte[] Data);

public sealed class RegistryNode(string name)
{
    public string Name { get; } = name;
    public string? Sddl { get; set; }
    public SortedDictionary<string, RegistryValue> Values { get; } = new(StringComparer.OrdinalIgnoreCase);
    public SortedDictionary<string, RegistryNode> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    public RegistryNode? Find(string path)
    {
        RegistryNode? node = this;
        foreach (var part in Parts(path))
        {
            if (node is null || !node.Keys.TryGetValue(part, out node)) return null;
        }
        return node;
    }

    public RegistryNode Create(string path)
    {
        var node = this;
        foreach (var part in Parts(path))
        {
            if (!node.Keys.TryGetValue(part, out var child)) node.Keys[part] = child = new RegistryNode(part);
            node = child;
        }
        return node;
    }

    public void Set(string name, int type, byte[] data) => Values[name] = new RegistryValue(name, type, data);

    public void SetText(string name, string text) => Set(name, 1, Encoding.Unicode.GetBytes(text + "\0"));

    public void SetDword(string name, uint number) => Set(name, 4, BitConverter.GetBytes(number));

    // A canonical form: equal trees give equal documents.
    public JsonObject ToJson()
    {
        var values = new JsonObject();
        foreach (var value in Values.Values)
        {
            values[value.Name.ToLowerInvariant()] = $"{value.Type}:{Convert.ToHexString(value.Data)}";
        }
        var keys = new JsonObject();
        foreach (var key in Keys.Values) keys[key.Name.ToLowerInvariant()] = key.ToJson();
        return new JsonObject { ["sddl"] = Sddl, ["values"] = values, ["keys"] = keys };
    }

    private static string[] Parts(string path) => path.Split('\\', StringSplitOptions.RemoveEmptyEntries);
}
