//! Sources are asked: real ones, whose program is built with Go (`registry` beside this crate), and some that mean no good. All of
//! them are on this machine.

mod elsewhere;
mod hostile;
mod index;
mod registry;
mod support;
