//! Passwords: made by an install, and by nothing else.

use crate::helm::Helm;
use crate::starter::Starter;
use serde_json::Value;

fn databases() -> Vec<Starter> {
    Starter::all().into_iter().filter(|starter| starter.id == "postgresql" || starter.id == "redis").collect()
}

fn secret(objects: &[Value]) -> Option<&Value> {
    objects.iter().find(|object| object["kind"] == "Secret")
}

#[test]
fn an_install_makes_a_password_that_stays_and_that_nobody_edits() {
    let helm = Helm::new();
    for starter in databases() {
        let [first, second] = [(); 2].map(|()| helm.render(&starter.chart(), &[]).unwrap());
        let secret = secret(&first).expect("is made");
        assert_eq!(secret["immutable"], true, "{}", starter.id);
        assert_eq!(secret["metadata"]["annotations"]["helm.sh/resource-policy"], "keep", "{}", starter.id);
        let password = secret["data"]["password"].as_str().unwrap();
        assert!(password.len() >= 40, "32 letters and digits: {password}");
        assert_ne!(secret["data"], self::secret(&second).unwrap()["data"], "by chance");
    }
}

#[test]
fn an_upgrade_has_no_password_and_is_the_same_each_time() {
    let helm = Helm::new();
    for starter in databases() {
        let [first, second] = [(); 2].map(|()| helm.render_upgrade(&starter.chart(), &[]).unwrap());
        assert!(secret(&first).is_none(), "{}", starter.id);
        assert_eq!(first, second, "{}", starter.id);
    }
}

#[test]
fn with_a_secret_of_ones_own_none_is_made_and_no_password_is_rendered_anywhere() {
    let helm = Helm::new();
    for starter in databases() {
        let file = starter.dir.join("ci/full.yaml");
        let [first, second] = [(); 2].map(|()| helm.render(&starter.chart(), &[&file]).unwrap());
        assert!(secret(&first).is_none(), "{}", starter.id);
        assert_eq!(first, second, "{}: nothing is by chance", starter.id);
    }
}

#[test]
fn what_holds_data_is_kept() {
    let helm = Helm::new();
    for starter in databases() {
        let objects = helm.render(&starter.chart(), &[]).unwrap();
        let claim = objects.iter().find(|object| object["kind"] == "PersistentVolumeClaim").expect("is made");
        assert_eq!(claim["metadata"]["annotations"]["helm.sh/resource-policy"], "keep", "{}", starter.id);
    }
}
