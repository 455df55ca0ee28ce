use super::*;
use rstest::rstest;
use secrecy::ExposeSecret;
use std::ffi::OsString;

/// A directory with the files that a configuration names.
struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("berth-config-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&dir).expect("makes a directory");
        Key::generate().write_new(&dir.join("key")).expect("writes a key");
        std::fs::write(dir.join("client-secret"), "hush\n").expect("writes a secret");
        Self(dir)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// What is needed at least.
    fn minimum(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BERTH_DATABASE__URL", "postgres://berth:tide@localhost/berth".into()),
            ("BERTH_OIDC__ISSUER", "https://login.example.org".into()),
            ("BERTH_OIDC__CLIENT_ID", "berth".into()),
            ("BERTH_OIDC__CLIENT_SECRET_FILE", self.path("client-secret")),
            ("BERTH_SECRETS__KEY_FILE", self.path("key")),
        ]
    }

    fn with(&self, more: &[(&'static str, &str)]) -> Result<Config, Mistakes> {
        let mut variables = self.minimum();
        variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        load(None, variables)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn load(file: Option<&Path>, variables: Vec<(&'static str, String)>) -> Result<Config, Mistakes> {
    read::config(file, variables.into_iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
}

fn mistakes(result: Result<Config, Mistakes>) -> Vec<String> {
    result.expect_err("has mistakes").0.iter().map(ToString::to_string).collect()
}

#[test]
fn the_least_that_must_be_said_is_enough() {
    let files = Files::new();
    let config = files.with(&[]).expect("is complete");
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.public_origin(), "http://127.0.0.1:8080");
    assert_eq!(config.oidc.client_secret.expose_secret(), "hush");
    assert_eq!(config.oidc.scopes, ["openid", "profile", "email", "groups"]);
    assert_eq!((config.oidc.missing_groups, config.oidc.trust_emails), (None, false));
    assert_eq!(config.session.idle, Duration::HOUR);
}

#[test]
fn hosts_of_images_are_names_and_the_directory_of_archives_is_absolute() {
    let files = Files::new();
    let [hosts, dir] = ["BERTH_CATALOG__IMAGE_HOSTS", "BERTH_CATALOG__ARCHIVES_DIR"];
    let config = files.with(&[(hosts, "Images.example.org raw.example.org"), (dir, "/var/lib/berth")]);
    let catalog = config.expect("is complete").catalog;
    assert_eq!(catalog.image_hosts, ["images.example.org", "raw.example.org"]);
    assert_eq!(catalog.archives_dir.as_deref(), Some(Path::new("/var/lib/berth")));
    for host in [
        "*.example.org",
        "https://a.example.org",
        "a.example.org:80",
        "10.0.0.1",
        "'self'",
        "a.org;script-src",
        "localhost",
    ] {
        assert_eq!(mistakes(files.with(&[(hosts, host)])).len(), 1, "{host}");
    }
    assert_eq!(mistakes(files.with(&[(dir, "archives")])).len(), 1);
}

#[test]
fn every_mistake_is_listed_at_once_with_the_name_of_its_variable() {
    let variables = vec![
        ("BERTH_HTTP__LISTEN", "8080".to_owned()),
        ("BERTH_HTTP__LISTENS", "127.0.0.1:80".to_owned()),
        ("BERTH_SESSION__IDLE_MINUTES", "0".to_owned()),
        ("BERTH_OIDC__SCOPES", "profile email".to_owned()),
        ("BERTH_OIDC__MISSING_GROUPS", "maybe".to_owned()),
        ("BERTH_OIDC__TRUST_EMAILS", "yes".to_owned()),
        ("BERTH_LOG__FORMAT", "xml".to_owned()),
    ];
    let expected = [
        "http.listen (BERTH_HTTP__LISTEN) must be an address with a port, like 127.0.0.1:8080, not \"8080\"",
        "database.url (BERTH_DATABASE__URL) is missing: postgres://USER@HOST/DATABASE (DATABASE_URL would do, too)",
        "oidc.issuer (BERTH_OIDC__ISSUER) is missing",
        "oidc.client_id (BERTH_OIDC__CLIENT_ID) is missing",
        "oidc.client_secret_file (BERTH_OIDC__CLIENT_SECRET_FILE) is missing",
        "oidc.scopes (BERTH_OIDC__SCOPES) must contain openid",
        "oidc.missing_groups (BERTH_OIDC__MISSING_GROUPS) must be none or unknown",
        "oidc.trust_emails (BERTH_OIDC__TRUST_EMAILS) must be true or false, not \"yes\"",
        "secrets.key_file (BERTH_SECRETS__KEY_FILE) is missing: make a key with `berth key new FILE` and name the file here",
        "session.idle_minutes (BERTH_SESSION__IDLE_MINUTES) must be a number from 1 to 10080, not 0",
        "log.format (BERTH_LOG__FORMAT) must be text or json",
        "http.listens (BERTH_HTTP__LISTENS) is not a setting of Berth",
    ];
    assert_eq!(mistakes(load(None, variables)), expected);
}

#[test]
fn the_environment_lies_over_the_file() {
    let files = Files::new();
    let path = files.0.join("berth.toml");
    let text = "[http]\nlisten = '127.0.0.1:1'\npublic_url = 'https://berth.example.org'\n\
                [oidc]\nscopes = ['openid', 'offline_access']\n[session]\nabsolute_hours = 8\n";
    std::fs::write(&path, text).expect("writes");
    let mut variables = files.minimum();
    variables.push(("BERTH_HTTP__LISTEN", "127.0.0.1:2".into()));
    let config = load(Some(&path), variables).expect("is complete");
    assert_eq!(config.http.listen.port(), 2);
    assert_eq!(config.http.public_origin(), "https://berth.example.org");
    assert_eq!(config.oidc.scopes, ["openid", "offline_access"]);
    assert_eq!(config.session.absolute, Duration::hours(8));
}

#[test]
fn a_file_that_cannot_be_read_or_parsed_is_named() {
    let files = Files::new();
    let missing = files.0.join("missing.toml");
    assert!(mistakes(load(Some(&missing), files.minimum()))[0].contains("missing.toml"));
    let broken = files.0.join("broken.toml");
    std::fs::write(&broken, "[http\n").expect("writes");
    assert!(mistakes(load(Some(&broken), files.minimum()))[0].contains("broken.toml"));
}

#[rstest]
#[case("https://berth.example.org", true)]
#[case("http://localhost:8080", true)]
#[case("http://127.0.0.1:8080", true)]
#[case("http://[::1]:8080", true)]
#[case("http://berth.example.org", false)]
#[case("http://127.0.0.1.example.org", false)]
#[case("https://berth.example.org/desk", false)]
#[case("https://berth.example.org/?a=b", false)]
#[case("ftp://berth.example.org", false)]
#[case("berth.example.org", false)]
fn the_public_address_is_the_root_of_an_https_or_loopback_host(#[case] url: &str, #[case] right: bool) {
    assert_eq!(Files::new().with(&[("BERTH_HTTP__PUBLIC_URL", url)]).is_ok(), right, "{url}");
}

#[test]
fn an_issuer_in_the_clear_is_refused() {
    let mistakes = mistakes(Files::new().with(&[("BERTH_OIDC__ISSUER", "http://login.example.org")]));
    assert_eq!(mistakes, ["oidc.issuer (BERTH_OIDC__ISSUER) must be https (http is for loopback addresses only)"]);
}

#[rstest]
#[case::host_and_port("postgres://berth:a,b@db.example.org:5432/berth?sslmode=require", false)]
#[case::socket("postgres://berth@localhost/berth?host=/run/berth", false)]
#[case::two_hosts("postgres://berth@one,other/berth", true)]
#[case::two_with_ports("postgres://berth@one:5432,other:5432/berth", true)]
#[case::two_parameters("postgres://berth@/berth?host=one%2Cother", true)]
#[case::attributes("postgres://berth@one/berth?target_session_attrs=read-write", true)]
fn a_database_has_one_address(#[case] url: &str, #[case] is_refused: bool) {
    let loaded = Files::new().with(&[("BERTH_DATABASE__URL", url)]);
    match loaded {
        Ok(config) => assert!(!is_refused && config.database.url.expose_secret() == url),
        Err(_) => {
            let mistakes = mistakes(loaded);
            assert!(is_refused && mistakes.len() == 1 && mistakes[0].starts_with("database.url"), "{mistakes:?}");
        }
    }
}

#[test]
fn the_url_of_the_environment_serves_where_none_is_set() {
    let files = Files::new();
    let mut variables = files.minimum();
    variables.retain(|(name, _)| *name != "BERTH_DATABASE__URL");
    variables.push(("DATABASE_URL", "postgres://localhost/other".into()));
    let config = load(None, variables).expect("is complete");
    assert_eq!(config.database.url.expose_secret(), "postgres://localhost/other");
}

#[test]
fn metrics_can_be_off() {
    let config = Files::new().with(&[("BERTH_HTTP__METRICS_LISTEN", "off")]).expect("is complete");
    assert_eq!(config.http.metrics_listen, None);
}

#[test]
fn a_key_that_everybody_may_read_is_a_mistake() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::new();
    std::fs::set_permissions(files.0.join("key"), std::fs::Permissions::from_mode(0o644)).expect("sets the mode");
    assert!(mistakes(files.with(&[]))[0].contains("can be read by everybody"));
}

#[test]
fn secrets_are_never_printed() {
    let printed = format!("{:?}", Files::new().with(&[]).expect("is complete"));
    assert!(!printed.contains("hush") && !printed.contains("tide"), "{printed}");
}

#[test]
fn proxies_are_networks_or_addresses_and_none_are_trusted_unasked() {
    let files = Files::new();
    assert!(files.with(&[]).expect("is complete").http.trusted_proxies.is_empty());
    let config = files.with(&[("BERTH_HTTP__TRUSTED_PROXIES", "10.0.0.0/8 127.0.0.1 2001:db8::/32")]);
    let networks: Vec<_> = config.expect("is complete").http.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "127.0.0.1/32", "2001:db8::/32"]);
    let mistakes = mistakes(files.with(&[("BERTH_HTTP__TRUSTED_PROXIES", "proxy.example.org 10.0.0.0/40")]));
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
}
