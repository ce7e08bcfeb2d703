// The cmdlets of Windows PowerShell's Utility and Management modules that scripts may use. The
// engine's package does not have these modules; what is here keeps to their documented behaviour.
using System.Collections.ObjectModel;
using System.Management.Automation;
using Rdpsweep.PowerShell.Api;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Engine;

[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    [Parameter(Position = 0)]
    public string TypeName { get; set; } = "";

    [Parameter(Position = 1)]
    public object[] ArgumentList { get; set; } = [];

    [Parameter]
    public string ComObject { get; set; } = "";

    protected override void BeginProcessing()
    {
        if (ComObject.Length > 0)
        {
            if (ComObject != "Schedule.Service") throw new NotSupportedException($"{ComObject} is not simulated");
            WriteObject(new SimulatedTaskService());
            return;
        }
        if (Simulation.Machine.MissingTypes.Contains(TypeName) ||
            !LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type))
        {
            var missing = new PSArgumentException($"Cannot find type [{TypeName}]");
            ThrowTerminatingError(new ErrorRecord(missing, "TypeNotFound", ErrorCategory.InvalidType, TypeName));
            return;
        }
        var arguments = string.Join(", ", ArgumentList.Select((_, index) => $"$args[1][{index}]"));
        // The engine's own binder chooses the constructor, and wraps what it throws.
        var made = ScriptBlock.Create($"$args[0]::new({arguments})");
        WriteObject(made.InvokeReturnAsIs(type, ArgumentList));
    }
}

// Without a prompt: a line of what is typed.
[Cmdlet(VerbsCommunications.Read, "Host")]
public sealed class ReadHostCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        var line = SimulatedConsole.In.ReadLine();
        if (line is not null) WriteObject(line);
    }
}

[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private int passed;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter]
    public int First { get; set; } = int.MaxValue;

    protected override void ProcessRecord()
    {
        if (passed++ < First) WriteObject(InputObject);
    }
}

[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> objects = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public ScriptBlock? Property { get; set; }

    [Parameter]
    public SwitchParameter Descending { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null) objects.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        var order = Comparer<object?>.Create((left, right) => LanguagePrimitives.Compare(left, right, true));
        var sorted = Descending ? objects.OrderByDescending(KeyOf, order) : objects.OrderBy(KeyOf, order);
        WriteObject(sorted.ToList(), true);
    }

    private object? KeyOf(PSObject item)
    {
        if (Property is null) return item.BaseObject;
        var variables = new List<PSVariable> { new("_", item) };
        return Property.InvokeWithContext(null, variables).FirstOrDefault();
    }
}

[Cmdlet(VerbsCommon.Get, "WmiObject")]
public sealed class GetWmiObjectCommand : PSCmdlet
{
    [Parameter]
    public string Namespace { get; set; } = @"root\cimv2";

    [Parameter(Mandatory = true)]
    public string Query { get; set; } = "";

    [Parameter]
    public string Authentication { get; set; } = "";

    protected override void ProcessRecord()
    {
        foreach (var row in WmiProvider.Query(Namespace, Query)) WriteObject(row);
    }
}

[Cmdlet(VerbsCommon.Get, "CimInstance")]
public sealed class GetCimInstanceCommand : PSCmdlet
{
    [Parameter]
    public string Namespace { get; set; } = @"root\cimv2";

    [Parameter(Mandatory = true)]
    public string Query { get; set; } = "";

    [Parameter]
    public uint OperationTimeoutSec { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var row in WmiProvider.Query(Namespace, Query)) WriteObject(row);
    }
}

// Commands that change a machine: what they do is noted, and nothing else. A script that calls one
// of them has failed already.
[Cmdlet(VerbsCommon.Set, "ItemProperty")]
public sealed class SetItemPropertyCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Path { get; set; } = "";

    [Parameter(Position = 1, Mandatory = true)]
    public string Name { get; set; } = "";

    [Parameter(Position = 2)]
    public object? Value { get; set; }

    protected override void ProcessRecord()
    {
        var path = Path.Replace(@"HKLM:\", @"HKLM\", StringComparison.OrdinalIgnoreCase);
        Simulation.Journal.Write($@"registry:{path}\{Name}", $"{Value}");
    }
}

[Cmdlet(VerbsCommon.Set, "Content")]
public sealed class SetContentCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Path { get; set; } = "";

    [Parameter(Position = 1)]
    public object? Value { get; set; }

    protected override void ProcessRecord() => Simulation.Journal.Write($"file:{Path}", "content");
}

// The service manager writes the registry value.
[Cmdlet(VerbsCommon.Set, "Service")]
public sealed class SetServiceCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Name { get; set; } = "";

    [Parameter(Mandatory = true)]
    public string StartupType { get; set; } = "";

    protected override void ProcessRecord()
    {
        var start = StartupType switch { "Automatic" => 2, "Manual" => 3, "Disabled" => 4, _ => throw new PSArgumentException(StartupType) };
        ServiceManager.Check(Name, "configure");
        var node = Simulation.Machine.Hklm.Find($@"SYSTEM\CurrentControlSet\Services\{Name}");
        if (node is null) ThrowTerminatingError(new ErrorRecord(ServiceManager.Refused(1060, $"Service {Name} was not found on computer '.'."), "NoServiceFoundForGivenName", ErrorCategory.ObjectNotFound, Name));
        Simulation.Journal.Write($"service:{Name}", "start type");
        node!.SetDword("Start", (uint)start);
    }
}

[Cmdlet(VerbsLifecycle.Restart, "Service")]
public sealed class RestartServiceCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Name { get; set; } = "";

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        var controller = new SimulatedServiceController(Name);
        if (controller.Status != "Stopped")
        {
            if (!Force && controller.DependentServices.Any(other => other.Status != "Stopped"))
                throw ServiceManager.Refused(1051, $"Cannot stop service {Name} because it has dependent services.");
            controller.Stop();
        }
        controller.Start();
    }
}

// Here nothing takes time.
[Cmdlet(VerbsLifecycle.Start, "Sleep")]
public sealed class StartSleepCommand : PSCmdlet
{
    [Parameter(Mandatory = true)]
    public int Milliseconds { get; set; }
}

// How our transports start a script that came in variables or on standard input.
[Cmdlet("Invoke", "Expression")]
public sealed class InvokeExpressionCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Command { get; set; } = "";

    protected override void ProcessRecord() =>
        WriteObject(InvokeCommand.InvokeScript(Command, false, System.Management.Automation.Runspaces.PipelineResultTypes.None, null), true);
}
