// Grammar that Windows PowerShell 2.0, the version of Windows Server 2008 R2, does not have. Such
// a script does not even begin to run there.
using System.Management.Automation.Language;

namespace Rdpsweep.PowerShell.Audit;

public static class Newer
{
    private static readonly HashSet<TokenKind> operators =
    [
        TokenKind.Iin, TokenKind.Inotin, TokenKind.Cin, TokenKind.Cnotin, // -in, -notin and -cin, -cnotin
        TokenKind.Shl, TokenKind.Shr, TokenKind.QuestionQuestion,
    ];

    // Null: 2.0 knows it.
    public static string? Than2(Ast node) => node switch
    {
        BinaryExpressionAst binary when operators.Contains(binary.Operator) => $"operator {binary.ErrorPosition.Text} (3.0)",
        TypeDefinitionAst => "class or enum (5.0)",
        UsingStatementAst => "using (5.0)",
        PipelineChainAst => "pipeline chain (7.0)",
        TernaryExpressionAst => "ternary operator (7.0)",
        ConfigurationDefinitionAst or DynamicKeywordStatementAst => "configuration (4.0)",
        AssignmentStatementAst { Operator: TokenKind.QuestionQuestionEquals } => "operator ??= (7.0)",
        PipelineAst { Background: true } => "background pipeline (6.0)",
        MemberExpressionAst { NullConditional: true } => "operator ?. (7.1)",
        IndexExpressionAst { NullConditional: true } => "operator ?[] (7.1)",
        VariableExpressionAst variable when IsNewer(variable.VariablePath.UserPath) => $"variable ${variable.VariablePath.UserPath} (3.0)",
        ConvertExpressionAst convert when IsNewer(convert.Type.TypeName) => $"[{convert.Type.TypeName.Name}] (3.0)",
        InvokeMemberExpressionAst call => MethodOf5(call),
        CommandAst command when IsSimplified(command) => $"{command.GetCommandName()} without a script block (3.0)",
        AttributeAst attribute when attribute.TypeName.Name is not "Parameter" => $"attribute {attribute.TypeName.Name}",
        _ => null,
    };

    private static bool IsNewer(string variable) =>
        variable.ToLowerInvariant() is "psitem" or "psscriptroot" or "pscommandpath" or "psedition" or "iswindows";

    private static bool IsNewer(ITypeName type) => type.Name.ToLowerInvariant() is "ordered" or "pscustomobject";

    private static string? MethodOf5(InvokeMemberExpressionAst call)
    {
        if (call.Member is not StringConstantExpressionAst name) return null;
        if (call.Static && name.Value.Equals("new", StringComparison.OrdinalIgnoreCase)) return "::new() (5.0)";
        var collection = name.Value.ToLowerInvariant() is "foreach" or "where";
        return collection && !call.Static ? $".{name.Value}() of a collection (4.0)" : null;
    }

    // ForEach-Object Name and Where-Object Name -eq 1.
    private static bool IsSimplified(CommandAst command)
    {
        if (command.GetCommandName()?.ToLowerInvariant() is not ("foreach-object" or "where-object" or "%" or "?")) return false;
        return command.CommandElements.Skip(1).FirstOrDefault() is StringConstantExpressionAst;
    }
}
