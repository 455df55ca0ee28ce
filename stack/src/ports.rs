//! Ports on 127.0.0.1.

use std::{
    fs, io,
    net::TcpListener,
    ops::Range,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Result, bail};

/// Below those that Linux (from 32768) and others (from 49152) give to outgoing connections: a port that was free a
/// moment ago, or that its program has left to listen there again, is not taken by one of these meanwhile.
const LISTENED_ON: Range<u16> = 20_000..32_000;

/// A port that nobody listens on at this moment, and that this process has not been given before, as long as it has not been
/// given all of them.
pub fn free_port() -> io::Result<u16> {
    Ok(free_listener()?.local_addr()?.port())
}

/// Processes that start at one time begin at different places, so they seldom look at the same port.
fn free_listener() -> io::Result<TcpListener> {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(rand::random::<u32>().into()));
    for _ in LISTENED_ON {
        let port = nth_port(NEXT.fetch_add(1, Ordering::Relaxed));
        match TcpListener::bind(("127.0.0.1", port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            listener => return listener,
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "every port from 20000 to 31999 on 127.0.0.1 is in use"))
}

/// One after the other and from the beginning again: the counter has no end that would be in the middle of them.
fn nth_port(n: u64) -> u16 {
    let n_ports = LISTENED_ON.end - LISTENED_ON.start;
    let place = u16::try_from(n % u64::from(n_ports)).unwrap_or(0);
    LISTENED_ON.start + place
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
    // All stay bound until every port is chosen, else a former one could be chosen twice.
    let mut listeners = Vec::with_capacity(N);
    for i in 0..N {
        let former = former.get(i).and_then(|&port| TcpListener::bind(("127.0.0.1", port)).ok());
        listeners.push(former.map_or_else(free_listener, Ok)?);
    }
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    fs::write(file, serde_json::to_vec(ports.as_slice())?)?;
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_port_is_another_one_and_each_has_its_turn_before_one_comes_again() {
        let n_ports = LISTENED_ON.len() as u64;
        for begin in [0, u64::from(u16::MAX) - 5, u64::from(u32::MAX) - 5] {
            let mut ports: Vec<_> = (begin..begin + n_ports).map(nth_port).collect();
            assert_eq!(nth_port(begin), nth_port(begin + n_ports));
            ports.sort_unstable();
            assert!(ports.into_iter().eq(LISTENED_ON));
        }
    }
}
