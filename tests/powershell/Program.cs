// rdpsweep-powershell: our scripts on a real PowerShell engine and a simulated Windows.
using Rdpsweep.PowerShell;
using Rdpsweep.PowerShell.Engine;
using Rdpsweep.PowerShell.Tests;

TypeNames.Install();
switch (args)
{
    case ["test", var group, var source, var states]:
        Fixture.Load(source, states);
        return TestRunner.Run(group);
    case ["serve"]:
        return Serve.Loop();
    case ["serve-keeping"]:
        return Serve.LoopKeeping();
    case ["typed"]:
        return Serve.Typed();
    case ["run", var machine, .. var arguments]:
        return Serve.Once(machine, arguments);
    default:
        Console.Error.WriteLine("usage: rdpsweep-powershell test GROUP SOURCE_FOLDER STATES_FILE");
        Console.Error.WriteLine("       rdpsweep-powershell serve | serve-keeping");
        Console.Error.WriteLine("       rdpsweep-powershell typed");
        Console.Error.WriteLine("       rdpsweep-powershell run MACHINE_FILE [powershell.exe's arguments]");
        return 2;
}
