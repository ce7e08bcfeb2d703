// A key file whose descriptor is denied to administrators: WMI is asked, with every privilege.
using System.Text.Json.Nodes;
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

[Group("errors")]
public static class DeniedKeyTests
{
    private const string Class = "Win32_LogicalFileSecuritySetting";
    private const string Pointer = "/keys/files/0/sddl";

    // From 17763 on the shipped rights deny the file to administrators.
    private static Machine Closed => Fixture.Machine("healthy_2019");

    [Test("key file: denied at first, WMI with its privileges reads it and is named as the way")]
    public static void SecondWayReads()
    {
        var machine = Closed;
        machine.WmiUsesBackup = true;
        var facts = Collecting.Full(machine);
        var file = facts["keys"]!["files"]![0]!;
        Check.Equal(machine.Files.Values.Single(entry => entry.Path.EndsWith((string)file["n"]!, StringComparison.Ordinal)).Sddl, (string)file["sddl"]!, "descriptor");
        Check.Equal("wmi", (string)file["sddl_by"]!, "the way it was read");
        Check.Equal("", Unread(facts), "what was read is not unread");
    }

    [Test("key file: without the privileges enabled, WMI is denied as well")]
    public static void PrivilegesCount()
    {
        var machine = Closed;
        machine.WmiUsesBackup = true;
        const string enabled = "$setting.psbase.Scope.Options.EnablePrivileges = $true";
        Check.That(Fixture.Collector.Contains(enabled, StringComparison.Ordinal), "the line that enables them");
        var facts = Collecting.Full(machine, Fixture.Collector.Replace(enabled, "", StringComparison.Ordinal));
        Check.Equal("denied 0x80070005, WMI 2", Unread(facts), "reason");
    }

    [Test("key file: denied both ways, it is unread with both reasons")]
    public static void BothDenied()
    {
        var facts = Collecting.Full(Closed);
        var file = facts["keys"]!["files"]![0]!;
        Check.That(file["sddl"] is null && file["sddl_by"] is null, "nothing is claimed");
        Check.Equal("denied 0x80070005, WMI 2", Unread(facts), "reason");
    }

    // The stand-in refuses a call without a limit of time.
    [Test("key file: where WMI takes too long, the first denial stands and no other file is asked for")]
    public static void Timeout()
    {
        var machine = Closed;
        machine.Limits.Add(new Limit($@"wmi:root\cimv2:{Class}", "timeout", ""));
        var own = machine.Files.Values.First(file => file.Path.Contains("f686aace", StringComparison.Ordinal));
        var other = own.Path.Replace("f686aace", "d86b1e84", StringComparison.Ordinal);
        machine.Files[other] = new FileEntry(other, false) { Size = 2310, Sddl = own.Sddl, DescriptorReadable = false };
        var facts = Collecting.Full(machine);
        Check.Equal("denied 0x80070005, WMI 0x00040004", Unread(facts), "reason");
        Check.Equal("denied 0x80070005", Unread(facts, "/keys/files/1/sddl"), "reason of the second file");
        Check.Equal(1, Asked(machine), "times that WMI was asked");
    }

    [Test("key file: a Windows without the class or the type keeps the first denial")]
    public static void NoSecondWay()
    {
        var machine = Closed;
        machine.MissingClasses.Add(Class);
        Check.Equal("denied 0x80070005, WMI 0x80041010", Unread(Collecting.Full(machine)), "without the class");
        machine = Closed;
        machine.MissingTypes.Add("Management.ManagementObject");
        Check.Equal("denied 0x80070005, WMI", Unread(Collecting.Full(machine))[..22], "without the type");
    }

    [Test("key file: what the first look reads is not asked for again")]
    public static void OnlyWhenDenied()
    {
        var machine = Fixture.Machine("healthy_2016");
        Check.That(Collecting.Full(machine)["keys"]!["files"]![0]!["sddl"] is JsonValue, "the descriptor");
        Check.Equal(0, Asked(machine), "times that WMI was asked");
    }

    private static int Asked(Machine machine) =>
        machine.Journal.Entries.Count(entry => entry.Resource.EndsWith(Class, StringComparison.Ordinal));

    private static string Unread(JsonObject facts, string pointer = Pointer)
    {
        var entry = facts["unread"]!.AsArray().SingleOrDefault(entry => (string)entry!["ptr"]! == pointer);
        return entry is null ? "" : $"{entry["why"]} {entry["code"]}";
    }
}
