//! Runs the real helm as a child process that has neither credentials nor an environment.
