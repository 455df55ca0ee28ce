//! Ports on 127.0.0.1.

use std::{fs, io, net::TcpListener, path::Path};

use anyhow::{Result, bail};

/// A port that nobody listens on at this moment.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Errs, in words for people, if somebody listens on a port.
pub fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!("port {port} on 127.0.0.1 is not free ({error}); end what uses it, or choose another port"),
    }
}

/// `N` ports that are kept in a file and taken again by the next start where they are still free: an issuer's address
/// is part of what Berth knows about a person, so it should not change while data is kept.
pub fn remembered<const N: usize>(file: &Path) -> io::Result<[u16; N]> {
    let former: Vec<u16> = fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    // All stay bound until every port is chosen, else the system could hand out one port twice.
    let mut listeners = Vec::with_capacity(N);
    for i in 0..N {
        let preferred = former.get(i).copied().unwrap_or(0);
        listeners.push(TcpListener::bind(("127.0.0.1", preferred)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)))?);
    }
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    fs::write(file, serde_json::to_vec(ports.as_slice())?)?;
    Ok(ports)
}
