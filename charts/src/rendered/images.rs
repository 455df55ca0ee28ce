//! The images that a chart runs, and those that it may hand to somebody who runs them.

use super::object::{Object, ObjectRef};
use super::pod;
use super::value::{at, short, text_at};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether an image is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// By a container or a volume of a pod.
    Used,
    /// A field called `image` of a kind that others act on.
    Perhaps,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// As written.
    pub image: String,
    /// `docker.io` where none is written.
    pub registry: String,
    /// `library/nginx` where `nginx` is written.
    pub repository: String,
    pub tag: Option<String>,
    /// `sha256:…`
    pub digest: Option<String>,
    pub certainty: Certainty,
    /// The objects that name it.
    pub objects: Vec<ObjectRef>,
}

impl ImageFacts {
    /// Whether another image may be there under the same name tomorrow, as is its custom: `latest`, or nothing.
    pub fn is_floating(&self) -> bool {
        self.digest.is_none() && matches!(self.tag.as_deref(), None | Some("latest"))
    }

    /// `registry.k8s.io/pause`
    pub fn full_repository(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }
}

/// Deeper than any field called `image` stands.
const DEEPEST: usize = 40;
/// The kind of object whose schema names `image` without meaning one.
const CRD: &str = "CustomResourceDefinition";

pub fn facts(objects: &[Object]) -> Vec<ImageFacts> {
    let mut images: BTreeMap<(&str, Certainty), Vec<ObjectRef>> = BTreeMap::new();
    for object in objects {
        for (image, certainty) in of_object(object) {
            let users = images.entry((image, certainty)).or_default();
            if users.last() != Some(&object.id) {
                users.push(object.id.clone());
            }
        }
    }
    images.into_iter().map(|((image, certainty), users)| fact(image, certainty, users)).collect()
}

fn of_object(object: &Object) -> Vec<(&str, Certainty)> {
    if let Some(pod) = pod::template(object) {
        let containers = pod.containers().into_iter().filter_map(|container| text_at(container.value, &["image"]));
        let volumes = pod.volumes().filter_map(|(_, volume)| text_at(volume, &["image", "reference"]));
        return containers.chain(volumes).map(|image| (image, Certainty::Used)).collect();
    }
    let mut found = Vec::new();
    if object.id.kind != CRD {
        collect(&object.value, 0, &mut found);
    }
    found.into_iter().map(|image| (image, Certainty::Perhaps)).collect()
}

/// Texts under the key `image`.
fn collect<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a str>) {
    if depth > DEEPEST {
        return;
    }
    found.extend(at(value, &["image"]).and_then(Value::as_str).filter(|image| is_image(image)));
    match value {
        Value::Object(fields) => fields.values().for_each(|value| collect(value, depth + 1, found)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, depth + 1, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a text can be the name of an image at all.
fn is_image(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "./-_:@".contains(c);
    !text.is_empty() && text.len() <= 500 && text.chars().all(is_allowed)
}

fn fact(image: &str, certainty: Certainty, objects: Vec<ObjectRef>) -> ImageFacts {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(short(digest))),
        None => (image, None),
    };
    let (name, tag) = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(short(tag))),
        Some(_) | None => (name, None),
    };
    let (registry, repository) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest.to_owned()),
        Some(_) => (DOCKER, name.to_owned()),
        None => (DOCKER, format!("library/{name}")),
    };
    let registry = if registry == "index.docker.io" { DOCKER } else { registry };
    ImageFacts {
        image: short(image),
        registry: short(registry),
        repository: short(&repository),
        tag,
        digest,
        certainty,
        objects,
    }
}

const DOCKER: &str = "docker.io";

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("nginx", "docker.io", "library/nginx", None, None, true)]
    #[case("nginx:1.27", "docker.io", "library/nginx", Some("1.27"), None, false)]
    #[case("nginx:latest", "docker.io", "library/nginx", Some("latest"), None, true)]
    #[case("bitnami/redis:7", "docker.io", "bitnami/redis", Some("7"), None, false)]
    #[case("index.docker.io/a/b:1", "docker.io", "a/b", Some("1"), None, false)]
    #[case("registry.k8s.io/pause:3.10", "registry.k8s.io", "pause", Some("3.10"), None, false)]
    #[case("localhost:5000/a/b/c", "localhost:5000", "a/b/c", None, None, true)]
    #[case("localhost/a", "localhost", "a", None, None, true)]
    #[case("quay.io/x/y:v1@sha256:abc", "quay.io", "x/y", Some("v1"), Some("sha256:abc"), false)]
    #[case("quay.io/x/y@sha256:abc", "quay.io", "x/y", None, Some("sha256:abc"), false)]
    fn names_are_taken_apart(
        #[case] image: &str,
        #[case] registry: &str,
        #[case] repository: &str,
        #[case] tag: Option<&str>,
        #[case] digest: Option<&str>,
        #[case] is_floating: bool,
    ) {
        let fact = fact(image, Certainty::Used, vec![]);
        assert_eq!((fact.registry.as_str(), fact.repository.as_str()), (registry, repository));
        assert_eq!((fact.tag.as_deref(), fact.digest.as_deref()), (tag, digest));
        assert_eq!(fact.is_floating(), is_floating);
    }
}
