//! Asks OCI registries and index repositories for charts, behind one guard for addresses.
