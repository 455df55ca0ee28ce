//! Keycloak as it is published, fetched by Maven from wherever this machine's Maven fetches, once.

use std::{path::PathBuf, process::Command};

use anyhow::Result;
use stack::keycloak::VERSION;

use crate::{
    progress::Steps,
    project::Project,
    tools::{JAVA, MAVEN, build},
};

/// Why there is none on this machine; none when there can be.
pub fn lacks() -> Option<String> {
    JAVA.require().and_then(|()| MAVEN.require()).err().map(|error| error.to_string())
}

/// Fetches and unpacks it, where that was not done before. Its directory.
pub fn fetch(project: &Project, steps: &Steps) -> Result<PathBuf> {
    let dir = project.work_dir("keycloak")?;
    let (home, mark) = (dir.join(format!("keycloak-{VERSION}")), dir.join("unpacked"));
    if std::fs::read_to_string(&mark).is_ok_and(|unpacked| unpacked == VERSION) {
        return Ok(home);
    }
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack"])
        .arg(format!("-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"))
        .arg(format!("-DoutputDirectory={}", dir.display()))
        .arg(format!("-DmarkersDirectory={}", dir.join("markers").display()))
        .current_dir(&dir);
    steps.run("Fetch Keycloak", |step| build(step, &mut maven, &dir.join("fetch.log")))?;
    std::fs::write(&mark, VERSION)?;
    Ok(home)
}
