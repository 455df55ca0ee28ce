//! Why an image cannot be pulled. Words differ by version of the container runtime: only what they all have counts.

use super::{Cause, Warning};

pub fn is_about_images(reason: &str) -> bool {
    matches!(
        reason,
        "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed"
    )
}

/// By the container's reason and message and, where the message says nothing, by the newest event that does.
pub fn classify(reason: &str, message: &str, image: &str, event: Option<&Warning>) -> Cause {
    match reason {
        "InvalidImageName" => Cause::ImageNameInvalid,
        "ErrImageNeverPull" => Cause::ImageNeverPulled,
        _ => by_words(message, image)
            .or_else(|| by_words(event.map_or("", |event| event.message.as_str()), image))
            .unwrap_or(Cause::ImagePullFailed),
    }
}

/// The image's own name may have any of the words in it.
fn by_words(message: &str, image: &str) -> Option<Cause> {
    let message = if image.is_empty() { message.to_owned() } else { message.replace(image, "") };
    let repository = image.rsplit_once(':').map_or(image, |(repository, _)| repository);
    let message = if repository.is_empty() { message } else { message.replace(repository, "") };
    let message = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&["toomanyrequests", "too many requests", "rate limit"]) {
        Some(Cause::ImagePullRateLimited)
    } else if has(&["no basic auth credentials", "unauthorized", "authentication required", "denied", "forbidden"]) {
        Some(Cause::ImagePullDenied)
    } else if has(&["no such host", "connection refused", "i/o timeout", "no route to host", "x509", "tls:"])
        || has(&["deadline exceeded", "connection reset", "network is unreachable", "server gave http response"])
        || has(&["bad gateway", "service unavailable", "gateway timeout", "internal server error"])
    {
        Some(Cause::ImageRegistryUnreachable)
    } else if has(&["not found", "manifest unknown", "name unknown", "no match for platform"]) {
        Some(Cause::ImageNotFound)
    } else {
        None
    }
}

/// The newest event about the container that says more than that the pull failed.
pub fn telling<'a>(mut events: impl Iterator<Item = &'a Warning>) -> Option<&'a Warning> {
    events.find(|event| {
        event.reason == "InspectFailed" || event.reason == "Failed" && !event.message.starts_with("Error: ")
    })
}
