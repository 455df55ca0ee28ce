//! Starts the real parts that Berth stands on, for the demo and the tests.
