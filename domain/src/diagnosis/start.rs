//! Why a container cannot be created or started, and what is missing for it.

use super::Cause;

/// Reasons of a waiting container that say so.
pub fn is_about_start(reason: &str) -> bool {
    matches!(
        reason,
        "CreateContainerConfigError"
            | "CreateContainerError"
            | "RunContainerError"
            | "StartError"
            | "ContainerCannotRun"
            | "PreStartHookError"
            | "PreCreateHookError"
    )
}

/// The cause, and the name of what is missing.
pub fn classify(reason: &str, message: &str) -> (Cause, Option<String>) {
    if let Some(missing) = missing(message) {
        return missing;
    }
    if message.contains("runAsNonRoot") {
        return (Cause::RunsAsRoot, None);
    }
    let is_start = matches!(reason, "RunContainerError" | "StartError" | "ContainerCannotRun" | "CreateContainerError");
    let command = message.split_once("exec: \"").and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
    if is_start && (message.contains("no such file or directory") || message.contains("executable file not found")) {
        let cause = if command.is_some() { Cause::CommandNotFound } else { Cause::StartFailed };
        return (cause, command.map(str::to_owned));
    }
    if is_start && command.is_some() && (message.contains("permission denied") || message.contains("exec format error"))
    {
        return (Cause::CommandNotExecutable, command.map(str::to_owned));
    }
    let cause = match reason {
        "CreateContainerConfigError" => Cause::ContainerConfigInvalid,
        "CreateContainerError" | "PreCreateHookError" => Cause::ContainerCreateFailed,
        _ => Cause::StartFailed,
    };
    (cause, None)
}

/// A ConfigMap, Secret or key that is not there, by its name. The kubelet says it in the same words of variables and volumes.
pub fn missing(message: &str) -> Option<(Cause, Option<String>)> {
    if message.contains("couldn't find key") {
        // couldn't find key NAME in ConfigMap NAMESPACE/OBJECT
        let object = message.rsplit(" in ").next().and_then(|object| object.split_whitespace().nth(1));
        let object = object.and_then(|object| object.rsplit('/').next());
        return Some((Cause::KeyMissing, object.map(str::to_owned)));
    }
    if message.contains("references non-existent") {
        return Some((Cause::KeyMissing, None));
    }
    for (kind, cause) in [("configmap", Cause::ConfigMapMissing), ("secret", Cause::SecretMissing)] {
        let Some((_, rest)) = message.split_once(&format!("{kind} \"")) else { continue };
        let Some((name, rest)) = rest.split_once('"') else { continue };
        if rest.trim_start().starts_with("not found") {
            return Some((cause, Some(name.to_owned())));
        }
    }
    None
}
