// powershell.exe's own arguments, as our transports use them, and the script behind them.
using System.Text;
using System.Text.RegularExpressions;

namespace Rdpsweep.PowerShell.Engine;

public static partial class CommandLine
{
    private static readonly string[] valued = ["-executionpolicy", "-outputformat", "-inputformat", "-version", "-windowstyle"];

    // The script that these arguments make powershell.exe run. input: all of standard input.
    // Null: nothing would be run but a prompt.
    public static string? Script(IReadOnlyList<string> arguments, string input)
    {
        for (var at = 0; at < arguments.Count; at++)
        {
            var word = arguments[at].ToLowerInvariant();
            if (Is(word, "-encodedcommand") || word == "-ec") return Decode(arguments.ElementAtOrDefault(at + 1));
            if (Is(word, "-command"))
            {
                var text = string.Join(' ', arguments.Skip(at + 1));
                return text == "-" ? input : text;
            }
            if (word == "-") return input;
            if (!word.StartsWith('-')) return string.Join(' ', arguments.Skip(at));
            if (valued.Any(name => Is(word, name)) || word == "-ep") at++;
        }
        return null;
    }

    // Words in double quotes are one argument; \" is a quote.
    public static IReadOnlyList<string> Split(string line) =>
        [.. Word().Matches(line).Select(match => match.Value.Replace("\\\"", "\u0001").Replace("\"", "").Replace('\u0001', '"'))];

    // Any beginning of a parameter's name that is long enough to be one.
    private static bool Is(string word, string name) => word.Length > 1 && name.StartsWith(word, StringComparison.Ordinal);

    private static string Decode(string? base64) => Encoding.Unicode.GetString(Convert.FromBase64String(base64 ?? ""));

    [GeneratedRegex("""(?:[^\s"\\]|\\"|\\|"(?:[^"\\]|\\"|\\)*")+""")]
    private static partial Regex Word();
}
