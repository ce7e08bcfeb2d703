// Who is logged on, as the collector reads it off what qwinsta prints: the listener's own name, those
// of Azure Virtual Desktop and of Citrix, and what is nobody.
using Rdpsweep.PowerShell.Windows;

namespace Rdpsweep.PowerShell.Tests;

[Group("errors")]
public static class SessionTests
{
    private const string Services = " services                                    0  Disc                        ";
    private const string Listener = " rdp-tcp                                 65536  Listen                      ";

    private static readonly (string What, string Line, int Active, int Disconnected)[] rows =
    [
        ("services alone", Services, 0, 0),
        ("the console without a user", " console                                     1  Conn                        ", 0, 0),
        ("the console with a user", " console           azureadmin                1  Active                      ", 1, 0),
        ("the listener", Listener, 0, 0),
        ("a listener of AVD", " rdp-sxs240705500                        65537  Listen                      ", 0, 0),
        ("a listener of AVD, cut short", " 31c5ce94259d4...                        65538  Listen                      ", 0, 0),
        ("our own session", ">rdp-tcp#4         azureadmin                3  Active                      ", 1, 0),
        ("a logon in progress", " rdp-tcp#5                                   4  Conn                        ", 1, 0),
        ("AVD", " rdp-sxs240705500#0azureadmin                3  Active                      ", 1, 0),
        ("AVD, cut short", " rdp-sxs240705...  azureadmin                3  Active                      ", 1, 0),
        ("AVD, a logon in progress", " rdp-sxs240705...                            3  Conn                        ", 1, 0),
        ("Citrix", " ICA-TCP#12        azureadmin               12  Active                      ", 1, 0),
        ("Citrix on HDX", " ICA-CGP#3         azureadmin                5  Active                      ", 1, 0),
        ("disconnected", "                   azureadmin                2  Disc                        ", 0, 1),
        ("disconnected, a name of digits", "                   1004711                   2  Disc                        ", 0, 1),
        ("a name of digits", " rdp-tcp#0         1004711                   2  Active                      ", 1, 0),
        ("the console, a name of digits", " console           1004711                   1  Active                      ", 1, 0),
        ("a name with a space and digits", " rdp-tcp#1         scan 70000                7  Active                      ", 1, 0),
        ("Chinese, padded by width", " rdp-tcp#1         系統管理員           2  使用中                      ", 1, 0),
    ];

    [Test("sessions: whoever is logged on is counted, and nobody else")]
    public static void Counted()
    {
        foreach (var (what, line, active, disconnected) in rows)
        {
            var machine = Fixture.Machine("healthy_2016");
            machine.SessionLines = [" SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE ", Services, line, Listener];
            var sessions = Collecting.Full(machine)["sessions"]!;
            Check.Equal($"{active} {disconnected}", $"{(int)sessions["active"]!} {(int)sessions["disc"]!}", what);
        }
    }

    [Test("sessions: an answer that shows none at all is no answer")]
    public static void Unread()
    {
        foreach (var lines in new string[][] { [], ["No session exists for *"] })
        {
            var machine = Fixture.Machine("healthy_2016");
            machine.SessionLines = lines;
            var facts = Collecting.Full(machine);
            Check.That(facts["sessions"] is null, "nothing is claimed");
            Check.That(facts["unread"]!.AsArray().Any(entry => (string)entry!["ptr"]! == "/sessions"), "it is unread");
        }
    }
}
