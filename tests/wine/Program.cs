// Runs the scripts that go to VMs in PowerShell for Windows, on Wine: a Win32 that is not Windows' own, and not
// ours. One order a line of standard input, one answer a line of standard output, which is for answers alone:
//   {"do": "script", "script", "environment": {}, "input"}    {"out", "errors": []}
//   {"do": "serve", "command", "environment": {}, "input"}    {"out", "err", "exit"}, as tests/powershell/Serve.cs
//   {"do": "rights", "set": {key: SDDL}, "get": [key]}        {key: SDDL}
//   {"do": "give back"}                                       {}: every key has the rights it had first
using System.Text;
using System.Text.Json.Nodes;
using Rdpsweep.Wine;

var answers = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
var orders = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
using var engine = new ScriptEngine();
using var rights = new KeyRights();
while (orders.ReadLine() is { } line)
{
    var order = JsonNode.Parse(line)!.AsObject();
    JsonObject answer;
    try
    {
        answer = (string)order["do"]! switch
        {
            "script" => engine.Run(order),
            "serve" => engine.Serve(order),
            "rights" => rights.SetAndGet(order),
            "give back" => rights.GiveBack(),
            var other => throw new ArgumentException($"no such order: {other}"),
        };
    }
    catch (Exception failure)
    {
        answer = new JsonObject { ["failed"] = failure.Message };
    }
    answers.WriteLine(answer.ToJsonString());
}
rights.GiveBack();
// Without the end of the process that the runtime makes of it: Wine may not survive that.
Environment.Exit(0);
