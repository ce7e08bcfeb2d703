// One run of the collector, from its arguments to the facts in its frame.
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rdpsweep.PowerShell.Engine;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

public static partial class Collecting
{
    public const string Nonce = "0123456789abcdef0123456789abcdef";

    public static JsonObject Full(Machine machine, string? script = null) => ReadFull(Print(machine, "full", script));

    public static JsonObject Lean(Machine machine) => ReadLean(Print(machine, "lean"));

    // Everything the script wrote to standard output. An error on the way is a failure.
    public static string Print(Machine machine, string profile, string? script = null, int most = 0)
    {
        var handshake = machine.FindLimit("net:loopback") is null ? "true" : "false";
        var outcome = Runner.Run(machine, script ?? Fixture.Collector, new Dictionary<string, string>
        {
            ["RDPSWEEP_NONCE"] = Nonce,
            ["RDPSWEEP_ARGS"] = $"{{\"profile\":\"{profile}\",\"handshake\":{handshake},\"event_hours\":24{(most == 0 ? "" : $",\"most\":{most}")}}}",
        });
        Check.Empty(outcome.Errors, $"{machine.Profile}: errors of the script");
        return outcome.Out;
    }

    public static JsonObject ReadFull(string text)
    {
        var match = FullFrame().Match(text);
        Check.That(match.Success, "no frame: " + text[..Math.Min(200, text.Length)]);
        var json = match.Groups["json"].Value;
        Check.Equal(int.Parse(match.Groups["length"].Value), json.Length, "length of the frame");
        Check.Equal(match.Groups["crc"].Value, Crc32(json), "CRC-32 of the frame");
        return JsonNode.Parse(json)!.AsObject();
    }

    public static JsonObject ReadLean(string text, int widest = 64)
    {
        var rows = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var last = rows[^1].Split(' ');
        Check.Equal("#=", last[0], "mark of the last row");
        Check.Equal(rows.Length - 1, int.Parse(last[1]), "number of rows");
        Check.Equal(Nonce, last[4], "nonce");
        var base64 = new StringBuilder();
        foreach (var (row, index) in rows[..^1].Select((row, index) => (row, index)))
        {
            Check.That(row.Length <= widest, $"row {index} is {row.Length} wide");
            Check.Equal($"#{index:d3}", row[..4], "number of a row");
            Check.Equal(Fletcher(row[1..^4]), row[^4..], "check of a row");
            base64.Append(row.AsSpan(4, row.Length - 8));
        }
        using var inflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(base64.ToString())), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        inflate.CopyTo(bytes);
        Check.Equal(long.Parse(last[2]), bytes.Length, "length of the document");
        Check.Equal(last[3], Convert.ToHexString(SHA256.HashData(bytes.ToArray()))[..16].ToLowerInvariant(), "hash of the document");
        return JsonNode.Parse(bytes.ToArray())!.AsObject();
    }

    // Bitwise, unlike the script's table: one mistake shall not be made twice.
    private static string Crc32(string text)
    {
        var crc = uint.MaxValue;
        foreach (var character in text)
        {
            crc ^= character;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return (~crc).ToString("x8");
    }

    private static string Fletcher(string text)
    {
        var (low, high) = (0, 0);
        foreach (var character in text) (low, high) = ((low + character) % 255, (high + low + character) % 255);
        return $"{high:x2}{low:x2}";
    }

    [GeneratedRegex(@"^RDPSWEEP1 " + Nonce + @" (?<length>\d+) (?<crc>[0-9a-f]{8}) (?<json>.*)\n$")]
    private static partial Regex FullFrame();
}
