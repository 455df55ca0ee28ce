//! Proxies that the environment names lead outside: nothing on this machine is reached through one.

use std::{env, process::Command};

use reqwest::{Client, ClientBuilder};

/// How programs are told of it.
const NAMES: [&str; 2] = ["NO_PROXY", "no_proxy"];
const THIS_MACHINE: &str = "127.0.0.1,localhost";

/// Has a program that is started reach this machine by itself; what is outside it reaches as before.
pub fn bypass(command: &mut Command) {
    let without = without(NAMES.iter().find_map(|name| env::var(name).ok()));
    for name in NAMES {
        command.env(name, &without);
    }
}

/// A client for what is on this machine.
pub(crate) fn client() -> ClientBuilder {
    Client::builder().no_proxy()
}

fn without(former: Option<String>) -> String {
    match former.filter(|former| !former.is_empty()) {
        Some(former) => format!("{former},{THIS_MACHINE}"),
        None => THIS_MACHINE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_added_to_what_is_reached_without_a_proxy() {
        assert_eq!(without(None), "127.0.0.1,localhost");
        assert_eq!(without(Some(String::new())), "127.0.0.1,localhost");
        assert_eq!(without(Some(".example.com".to_owned())), ".example.com,127.0.0.1,localhost");
    }

    #[test]
    fn a_program_is_told_of_it_by_either_name() {
        let mut command = Command::new("true");
        bypass(&mut command);
        let told: Vec<_> =
            command.get_envs().filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?))).collect();
        assert_eq!(told.len(), NAMES.len());
        for (name, value) in told {
            assert!(NAMES.contains(&name) && value.ends_with(THIS_MACHINE), "{name}={value}");
        }
    }
}
