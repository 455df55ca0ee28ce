//! Which certificates are trusted: those of this machine's authorities, and those of a source's own.

use crate::error::Error;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// A source has a few.
const MOST_CERTIFICATES: usize = 100;

/// `ca` is PEM; nothing else may be in it than certificates.
pub fn config(ca: Option<&str>) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in ca.map(certificates).transpose()?.unwrap_or_default() {
        roots.add(certificate).map_err(|error| Error::Ca { why: error.to_string() })?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Ca { why: error.to_string() })?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_slice_iter(pem.as_bytes()).take(MOST_CERTIFICATES).collect::<Result<Vec<_>, _>>();
    match read {
        Ok(found) if found.is_empty() => Err(Error::Ca { why: "there is no certificate in them".into() }),
        Ok(found) => Ok(found),
        Err(error) => Err(Error::Ca { why: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let unended = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        for pem in ["", "no PEM", broken, unended] {
            assert!(matches!(config(Some(pem)), Err(Error::Ca { .. })), "{pem}");
        }
    }
}
