//! The starter catalog (`catalog/`), linted, rendered and judged by the real Helm. It needs no cluster; what the charts do
//! on one is in `tests/real_node/catalog.rs`.

#[cfg(test)]
mod charts;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod entry;
#[cfg(test)]
mod helm;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod starter;
