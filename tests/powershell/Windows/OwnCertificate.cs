// What SessionEnv does when it starts: where Windows' own RDP certificate is missing it makes one, with
// a new key in a file of the usual name.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Rdpsweep.PowerShell.Windows;

public static class OwnCertificate
{
    private const string Store = @"SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates";
    private const string Stations = @"SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations";
    private const string Keys = @"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys";
    private const string Container = "TSSecKeySet1";
    private const string FileOfContainer = "f686aace6942fb7f7ceb231212eef4a4";
    private const int Binary = 3;

    // False: there is one, and nothing was made.
    public static bool Make(Machine machine)
    {
        var self = machine.Hklm.Find(Stations)?.Values.GetValueOrDefault("SelfSignedCertificate");
        if (self is not null && machine.Hklm.Find($@"{Store}\{Convert.ToHexString(self.Data)}") is not null) return false;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={machine.Host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var from = DateTimeOffset.FromUnixTimeSeconds(machine.Now).AddHours(-1);
        using var certificate = request.CreateSelfSigned(from, from.AddDays(183));
        var thumbprint = SHA1.HashData(certificate.RawData);
        machine.Hklm.Create($@"{Store}\{Convert.ToHexString(thumbprint)}").Set("Blob", Binary, Blob(certificate.RawData, thumbprint));
        machine.Hklm.Create(Stations).Set("SelfSignedCertificate", Binary, thumbprint);
        var guid = Encoding.Unicode.GetString(machine.Hklm.Find(@"SOFTWARE\Microsoft\Cryptography")!.Values["MachineGuid"].Data).TrimEnd('\0');
        var path = $@"{Keys}\{FileOfContainer}_{guid}";
        if (machine.Files.ContainsKey(path)) throw new InvalidOperationException("NTE_EXISTS: the key container is there already");
        machine.Files[path] = new FileEntry(path, false) { Size = 2325, Sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833)" };
        return true;
    }

    // Records of {property, 1, length, data}: SHA-1 (3), the key's place (2), the certificate (32).
    private static byte[] Blob(byte[] der, byte[] thumbprint)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (var (property, data) in new[] { (3, thumbprint), (2, Provider()), (32, der) })
        {
            writer.Write(property);
            writer.Write(1);
            writer.Write(data.Length);
            writer.Write(data);
        }
        return stream.ToArray();
    }

    // CRYPT_KEY_PROV_INFO as it is stored: offsets of two texts, type, flags, no parameters, key spec.
    private static byte[] Provider()
    {
        const int header = 28;
        var container = Encoding.Unicode.GetBytes(Container + "\0");
        var name = Encoding.Unicode.GetBytes("Microsoft Enhanced Cryptographic Provider v1.0\0");
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (var number in new[] { header, header + container.Length, 1, 0x20, 0, 0, 1 }) writer.Write(number);
        writer.Write(container);
        writer.Write(name);
        return stream.ToArray();
    }
}
