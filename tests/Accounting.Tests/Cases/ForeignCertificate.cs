using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>A certificate that only those trust who are told to.</summary>
internal sealed class ForeignCertificate : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nodebox-accounting-");

    /// <param name="address">Whose it is.</param>
    public ForeignCertificate(IPAddress address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(TrustFile, Certificate.ExportCertificatePem());
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The environment of those who trust it, and nothing else: to read all that a machine trusts takes a moment.</summary>
    public IReadOnlyList<string> TrustVariables => [$"SSL_CERT_FILE={TrustFile}", $"SSL_CERT_DIR={_folder.FullName}"];

    private string TrustFile => Path.Combine(_folder.FullName, "trusted.pem");

    public void Dispose()
    {
        Certificate.Dispose();
        _folder.Delete(recursive: true);
    }
}
