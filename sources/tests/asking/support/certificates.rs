//! A certificate authority that nobody else knows.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};
use std::net::{IpAddr, Ipv4Addr};

pub const AUTHORITY: &str = "Tests of Berth";

/// All PEM.
pub struct Certificates {
    pub ca: String,
    pub certificate: String,
    pub key: String,
}

impl Certificates {
    /// Of this machine's loopback address and a name.
    pub fn of(name: &str) -> Self {
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, AUTHORITY);
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().expect("a key")).expect("a certificate");
        let key = KeyPair::generate().expect("a key");
        let mut server = CertificateParams::new([name.to_owned()]).expect("is a name");
        server.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let certificate = server.signed_by(&key, &ca).expect("a certificate");
        Self { ca: ca.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
    }
}
