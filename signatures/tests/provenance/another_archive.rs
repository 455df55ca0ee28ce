//! Files that are of something else than the archive.

use super::*;

#[test]
fn other_bytes_are_refused() {
    let key = Forged::usual(1);
    let archive = Archive { bytes: b"other bytes", ..ARCHIVE };
    let result = verify(key.sign(&message()).as_bytes(), &archive, &keyring(&[&key]), now());
    let expected = ProvenanceError::Digest { signed: sha256_hex(BYTES), found: sha256_hex(b"other bytes") };
    assert_eq!(result, Err(expected));
}

#[test]
fn other_name_or_version_is_refused() {
    let key = Forged::usual(1);
    let digest = sha256_hex(BYTES);
    let other = |name, version| verified(&key.sign(&message_of(name, version, &digest)), &key);
    assert!(matches!(other("harbor", "1.2.3"), Err(ProvenanceError::Name { .. })));
    assert!(matches!(other("harbour", "1.2.4"), Err(ProvenanceError::Version { .. })));
    assert!(matches!(other("harbour", "v1.2.3"), Err(ProvenanceError::Version { .. })));
}

#[rstest]
#[case::sha1("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709")]
#[case::short("sha256:abcd")]
#[case::no_algorithm("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
#[case::empty("\"\"")]
fn what_is_no_sha256_is_refused(#[case] digest: &str) {
    let key = Forged::usual(1);
    let text = format!("name: harbour\nversion: 1.2.3\n...\nfiles:\n  harbour-1.2.3.tgz: {digest}\n");
    assert!(matches!(verified(&key.sign(&text), &key), Err(ProvenanceError::NotSha256 { .. })));
}

#[test]
fn several_files_or_none_are_refused() {
    let key = Forged::usual(1);
    let with = |files: &str| verified(&key.sign(&format!("name: harbour\nversion: 1.2.3\n...\n{files}\n")), &key);
    let digest = sha256_hex(BYTES);
    let two = format!("files:\n  a.tgz: sha256:{digest}\n  harbour-1.2.3.tgz: sha256:{digest}");
    assert_eq!(with(&two), Err(ProvenanceError::NumberOfFiles { n: 2 }));
    assert_eq!(with("files: {}"), Err(ProvenanceError::NumberOfFiles { n: 0 }));
    assert!(matches!(with("images: {}"), Err(ProvenanceError::Files { .. })));
    let twice = format!("files:\n  a.tgz: sha256:{digest}\n  a.tgz: sha256:{digest}");
    assert!(matches!(with(&twice), Err(ProvenanceError::Files { .. })));
}

#[test]
fn a_second_end_of_chart_yaml_is_refused() {
    let key = Forged::usual(1);
    let text = format!("{}...\nfiles: {{}}\n", message());
    assert_eq!(verified(&key.sign(&text), &key), Err(ProvenanceError::Parts));
    assert_eq!(verified(&key.sign("name: harbour\nversion: 1.2.3\n"), &key), Err(ProvenanceError::Parts));
}

#[rstest]
#[case::not_yaml("name: [\n")]
#[case::two_names("name: harbour\nname: harbour\nversion: 1.2.3\n")]
#[case::no_version("name: harbour\n")]
fn chart_yaml_that_cannot_be_read_is_refused(#[case] chart: &str) {
    let key = Forged::usual(1);
    let text = format!("{chart}...\nfiles:\n  a.tgz: sha256:{}\n", sha256_hex(BYTES));
    assert!(matches!(verified(&key.sign(&text), &key), Err(ProvenanceError::ChartYaml { .. })));
}

#[test]
fn yaml_that_stands_for_much_is_refused() {
    let key = Forged::usual(1);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..10 {
        let of = format!("*a{}", n - 1);
        bomb += &format!("a{n}: &a{n} [{}]\n", vec![of; 10].join(", "));
    }
    let text = format!("{bomb}{}", message());
    assert!(matches!(verified(&key.sign(&text), &key), Err(ProvenanceError::ChartYaml { .. })));
}
