//! Pieces that pages and islands share.
