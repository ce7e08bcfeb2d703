// Runs the tests of a group: static methods with a name, which throw when what they expect is not so.
using System.Reflection;

namespace Rdpsweep.PowerShell.Tests;

[AttributeUsage(AttributeTargets.Class)]
public sealed class GroupAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class TestAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

public sealed class TestFailure(string what) : Exception(what);

public static class Check
{
    public static void That(bool holds, string what)
    {
        if (!holds) throw new TestFailure(what);
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) throw new TestFailure($"{what}: expected {expected}, got {actual}");
    }

    public static void Empty<T>(IEnumerable<T> items, string what)
    {
        var list = items.ToList();
        if (list.Count > 0) throw new TestFailure($"{what}: {list.Count}, such as\n    " + string.Join("\n    ", list.Take(12)));
    }
}

public static class TestRunner
{
    // 0 when every test of the group passed and there was one.
    public static int Run(string group)
    {
        var tests = typeof(TestRunner).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<GroupAttribute>()?.Name == group)
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Where(method => method.GetCustomAttribute<TestAttribute>() is not null).ToList();
        var failed = tests.Count(method => !Passes(method));
        Console.WriteLine($"{tests.Count - failed} passed, {failed} failed");
        return failed == 0 && tests.Count > 0 ? 0 : 1;
    }

    private static bool Passes(MethodInfo method)
    {
        var name = method.GetCustomAttribute<TestAttribute>()!.Name;
        try
        {
            method.Invoke(null, null);
            Console.WriteLine($"ok      {name}");
            return true;
        }
        catch (TargetInvocationException failure)
        {
            var cause = failure.InnerException!;
            Console.WriteLine($"FAILED  {name}: {(cause is TestFailure ? cause.Message : cause)}");
            return false;
        }
    }
}
