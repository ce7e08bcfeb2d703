// What a script uses, by its syntax tree: commands, types, members, assignments and language. The
// parser is the engine's own, so nothing that would run can hide from it.
using System.Management.Automation.Language;

namespace Rdpsweep.PowerShell.Audit;

// Kind: command, parameter, type, static, method, assignment, or language.
public sealed record Use(string Kind, string Name, int Line, Ast Node)
{
    public override string ToString() => $"line {Line}: {Kind} {Name}";
}

public static class ScriptReader
{
    // Throws when the text does not parse.
    public static ScriptBlockAst Parse(string text)
    {
        var tree = Parser.ParseInput(text, out _, out var errors);
        if (errors.Length > 0) throw new FormatException($"line {errors[0].Extent.StartLineNumber}: {errors[0].Message}");
        return tree;
    }

    // Functions that the script defines itself are its own business: their bodies are read too.
    public static IReadOnlyList<Use> Uses(ScriptBlockAst tree)
    {
        var own = tree.FindAll(node => node is FunctionDefinitionAst, true)
            .Select(node => ((FunctionDefinitionAst)node).Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var uses = new List<Use>();
        foreach (var node in tree.FindAll(_ => true, true)) Collect(node, own, uses);
        return uses;
    }

    private static void Collect(Ast node, IReadOnlySet<string> own, List<Use> uses)
    {
        void Add(string kind, string name) => uses.Add(new Use(kind, name, node.Extent.StartLineNumber, node));
        switch (node)
        {
            case CommandAst command: CollectCommand(command, own, Add); break;
            case TypeExpressionAst type: Add("type", type.TypeName.FullName); break;
            case TypeConstraintAst type: Add("type", type.TypeName.FullName); break;
            case InvokeMemberExpressionAst call:
                var called = $"{Name(call.Member)}/{call.Arguments?.Count ?? 0}";
                Add(call.Static ? "static" : "method", call.Static ? $"{Target(call)}::{called}" : called);
                break;
            case MemberExpressionAst { Static: true } member: Add("static", $"{Target(member)}::{Name(member.Member)}"); break;
            case AssignmentStatementAst assignment: CollectAssignment(assignment, Add); break;
            case FileRedirectionAst: Add("language", "redirection to a file"); break;
        }
        if (Newer.Than2(node) is { } what) Add("language", what);
    }

    private static void CollectCommand(CommandAst command, IReadOnlySet<string> own, Action<string, string> add)
    {
        var name = command.GetCommandName();
        if (name is null || command.InvocationOperator != TokenKind.Unknown)
        {
            add("language", $"a command whose name is computed: {command.CommandElements[0].Extent.Text}");
            return;
        }
        if (own.Contains(name)) return;
        add("command", name);
        foreach (var element in command.CommandElements.Skip(1))
        {
            if (element is CommandParameterAst parameter) add("parameter", $"{name} -{parameter.ParameterName}");
        }
        // The first argument of New-Object is a type, though a bare word; that of -ComObject a class of COM.
        if (!name.Equals("New-Object", StringComparison.OrdinalIgnoreCase)) return;
        var type = command.CommandElements.ElementAtOrDefault(1);
        var com = type is CommandParameterAst { Argument: null, ParameterName: "ComObject" };
        if (com) type = command.CommandElements.ElementAtOrDefault(2);
        if (type is StringConstantExpressionAst constant) add(com ? "com" : "type", constant.Value);
        else add("language", "New-Object of a computed type");
    }

    // To a variable, or to an element of a table held by one, anybody may assign. A property may
    // belong to something outside the script.
    private static void CollectAssignment(AssignmentStatementAst assignment, Action<string, string> add)
    {
        if (assignment.Left is MemberExpressionAst member) add("assignment", $"{member.Expression.Extent.Text}.{Name(member.Member)}");
    }

    private static string Target(MemberExpressionAst member) =>
        member.Expression is TypeExpressionAst type ? type.TypeName.FullName : member.Expression.Extent.Text;

    private static string Name(CommandElementAst member) =>
        member is StringConstantExpressionAst constant ? constant.Value : $"computed {member.Extent.Text}";
}
