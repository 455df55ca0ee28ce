//! Packets of OpenPGP, one after the other, to the last byte.

use pgp::errors::Result;
use pgp::packet::{Packet, PacketParser};

/// Each packet; None, at the end, if something is left that does not even begin one, which the parser itself takes for the end.
pub(super) fn read(bytes: &[u8]) -> impl Iterator<Item = Option<Result<Packet>>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let packet = PacketParser::new(&mut rest).next();
        if packet.is_none() {
            rest = &[];
        }
        Some(packet)
    })
}
