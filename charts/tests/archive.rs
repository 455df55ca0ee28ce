//! Archives are read as Helm reads them, or refused.

mod tarball;

use charts::archive::{Archive, ArchiveError, Digest, EntryKind, Files, Limits, PathFault, PaxFault};
use flate2::Compression;
use rstest::rstest;
use tarball::{BLOCK, CHART_YAML, Tarball, gzip, header, pax, sealed, sound};

fn read(bytes: &[u8]) -> Result<Archive, ArchiveError> {
    Archive::read(bytes, &Limits::default())
}

fn refused(bytes: &[u8]) -> ArchiveError {
    let error = read(bytes).expect_err("is refused");
    assert!(error.to_string().len() < 600, "{error}");
    error
}

#[test]
fn files_are_read_by_their_paths_below_the_top_folder() {
    let bytes = sound().gzip();
    let Archive { digest, files } = read(&bytes).expect("is read");
    assert_eq!(digest, Digest::of(&bytes));
    assert_eq!(files.root(), "chart");
    let paths: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["Chart.yaml", "templates/service.yaml", "values.yaml"]);
    assert_eq!(files.get("Chart.yaml"), Some(CHART_YAML.as_bytes()));
    assert_eq!(files.below("templates/").collect::<Vec<_>>(), [("service.yaml", &b"kind: Service\n"[..])]);
    assert_eq!((files.n_files(), files.n_bytes()), (3, 68));
}

#[test]
fn folders_long_names_and_notes_of_git_are_read() {
    let long = format!("chart/{}/values.yaml", "l".repeat(120));
    let bytes = Tarball::new()
        .entry(b'g', b"pax_global_header", &pax(&[("comment", "5746719")]))
        .entry(b'5', b"chart/", b"")
        .entry(b'0', b"chart/templates/", b"")
        .pax(&[("path", &long), ("mtime", "1.5"), ("size", "5")])
        .file("chart/cut", b"first")
        .entry(b'L', b"././@LongLink", format!("{long}2\0").as_bytes())
        .file("chart/cut", b"second")
        .file("chart/Chart.yaml", CHART_YAML.as_bytes())
        .gzip();
    let files = read(&bytes).expect("is read").files;
    assert_eq!(files.get(&long["chart/".len()..]), Some(&b"first"[..]));
    assert_eq!(files.get(&format!("{}2", &long["chart/".len()..])), Some(&b"second"[..]));
    assert_eq!(files.n_files(), 3);
}

#[rstest]
#[case::absolute("/etc/passwd", PathFault::Absolute)]
#[case::parent("chart/../../etc/passwd", PathFault::Parent)]
#[case::parent_first("../chart/values.yaml", PathFault::Parent)]
#[case::parent_last("chart/..", PathFault::Parent)]
#[case::backslash("chart\\values.yaml", PathFault::Backslash)]
#[case::backslash_parent("chart/..\\..\\x", PathFault::Backslash)]
#[case::drive("C:/values.yaml", PathFault::Drive)]
#[case::drive_within("chart/c:evil", PathFault::Drive)]
#[case::dot("./chart/values.yaml", PathFault::EmptyPart)]
#[case::empty_part("chart//values.yaml", PathFault::EmptyPart)]
#[case::nothing("", PathFault::EmptyPart)]
#[case::line_end("chart/a\nb", PathFault::Control)]
#[case::turned("chart/\u{202e}lmay.a", PathFault::Control)]
fn paths_that_lead_elsewhere_are_refused(#[case] path: &str, #[case] fault: PathFault) {
    let said = |error| matches!(error, ArchiveError::BadPath { fault: found, .. } if found == fault);
    assert!(said(refused(&sound().file(path, b"x").gzip())), "{path}");
    // As the name that an extended header gives.
    if !path.is_empty() {
        assert!(said(refused(&sound().pax(&[("path", path)]).file("chart/x", b"x").gzip())), "{path}");
        let long = sound().entry(b'L', b"l", path.as_bytes()).file("chart/x", b"x");
        assert!(said(refused(&long.gzip())), "{path}");
    }
    assert!(said(refused(&sound().entry(b'5', path.as_bytes(), b"").gzip())), "{path} as a folder");
}

#[test]
fn paths_that_are_no_text_or_too_long_are_refused() {
    let binary = refused(&sound().entry(b'0', b"chart/\xff", b"x").gzip());
    assert!(matches!(binary, ArchiveError::BadPath { fault: PathFault::NotUtf8, .. }), "{binary}");
    let long = format!("chart/{}", "a/".repeat(200));
    let long = refused(&sound().pax(&[("path", &format!("{long}b"))]).file("chart/x", b"x").gzip());
    assert!(matches!(long, ArchiveError::PathTooLong { bytes: 407, most: 256, .. }), "{long}");
}

#[rstest]
#[case::symlink(b'2', EntryKind::Symlink)]
#[case::hardlink(b'1', EntryKind::Hardlink)]
#[case::long_link(b'K', EntryKind::Hardlink)]
#[case::char_device(b'3', EntryKind::Device)]
#[case::block_device(b'4', EntryKind::Device)]
#[case::fifo(b'6', EntryKind::Fifo)]
#[case::contiguous(b'7', EntryKind::Unknown(b'7'))]
#[case::sparse(b'S', EntryKind::Sparse)]
#[case::multivolume(b'M', EntryKind::Unknown(b'M'))]
#[case::solaris(b'X', EntryKind::Unknown(b'X'))]
#[case::no_sign(0xff, EntryKind::Unknown(0xff))]
fn what_is_neither_file_nor_folder_is_refused(#[case] kind: u8, #[case] said: EntryKind) {
    let error = refused(&sound().entry(kind, b"chart/x", b"").gzip());
    assert_eq!(error, ArchiveError::NotAFile { path: "chart/x".into(), kind: said });
}

#[rstest]
#[case::same("values.yaml")]
#[case::other_case("Values.YAML")]
#[case::file_as_folder("values.yaml/x")]
#[case::file_as_folder_in_other_case("VALUES.yaml/x")]
fn files_that_clash_are_refused(#[case] path: &str) {
    let error = refused(&sound().file(&format!("chart/{path}"), b"x").gzip());
    assert!(matches!(error, ArchiveError::Duplicate { .. }), "{error}");
}

#[test]
fn files_that_clash_by_how_signs_are_written_are_refused() {
    let error = refused(&sound().file("chart/caf\u{e9}", b"x").file("chart/cafe\u{301}", b"x").gzip());
    assert!(matches!(error, ArchiveError::Duplicate { .. }), "{error}");
    let folder = refused(&sound().entry(b'5', b"chart/values.yaml/", b"").gzip());
    assert!(matches!(folder, ArchiveError::Duplicate { .. }), "{folder}");
    assert!(read(&sound().file("chart/values.yaml.bak", b"x").file("chart/templates-2", b"x").gzip()).is_ok());
}

#[test]
fn there_is_one_top_folder_and_all_is_in_it() {
    let second = refused(&sound().file("other/values.yaml", b"x").gzip());
    assert_eq!(second, ArchiveError::SeveralRoots { first: "chart".into(), second: "other".into() });
    let outside = refused(&sound().file("values.yaml", b"x").gzip());
    assert_eq!(outside, ArchiveError::OutsideRoot { path: "values.yaml".into() });
    assert_eq!(refused(&Tarball::new().entry(b'5', b"chart/", b"").gzip()), ArchiveError::Empty);
    assert_eq!(refused(&Tarball::new().gzip()), ArchiveError::Empty);
}

#[test]
fn what_two_programs_read_differently_is_refused() {
    let said = |bytes: Vec<u8>, fault: PaxFault| {
        let error = refused(&bytes);
        assert!(matches!(error, ArchiveError::BadExtension { fault: found, .. } if found == fault), "{error}");
    };
    let sized = |size| sound().pax(&[("size", size)]).file("chart/x", b"12345");
    assert!(read(&sized("5").gzip()).is_ok());
    said(sized("0").gzip(), PaxFault::Size);
    said(sized("1024").gzip(), PaxFault::Size);
    said(sound().pax(&[("path", "chart/a"), ("path", "chart/b")]).file("chart/x", b"").gzip(), PaxFault::SecondName);
    said(sound().pax(&[("path", "chart/a")]).pax(&[("path", "chart/b")]).file("chart/x", b"").gzip(), PaxFault::Alone);
    let both = sound().entry(b'L', b"l", b"chart/a").pax(&[("path", "chart/b")]).file("chart/x", b"");
    said(both.gzip(), PaxFault::SecondName);
    said(sound().entry(b'g', b"g", &pax(&[("path", "chart/a")])).gzip(), PaxFault::Global);
    said(sound().pax(&[("path", "chart/a")]).gzip(), PaxFault::Alone);
    said(sound().entry(b'x', b"x", b"12 path=ab\n").file("chart/x", b"").gzip(), PaxFault::Malformed);
    let huge = "v".repeat(20_000);
    said(sound().pax(&[("comment", &huge)]).file("chart/x", b"").gzip(), PaxFault::TooLarge { most: 16_384 });
    said(sound().header(&header(b'x', b"x", 1 << 32)).gzip(), PaxFault::TooLarge { most: 16_384 });
    for (key, kind) in [("GNU.sparse.realsize", EntryKind::Sparse), ("linkpath", EntryKind::Symlink)] {
        let error = refused(&sound().pax(&[(key, "1")]).file("chart/x", b"").gzip());
        assert!(matches!(error, ArchiveError::NotAFile { kind: found, .. } if found == kind), "{error}");
    }
    let folder = refused(&sound().entry(b'5', b"chart/x/", b"hidden").gzip());
    assert_eq!(folder, ArchiveError::FolderWithContent { path: "chart/x".into() });
}

#[test]
fn what_comes_after_the_end_is_refused() {
    let bytes = sound().gzip();
    let with = |more: &[u8]| refused(&[&bytes[..], more].concat());
    assert_eq!(with(&bytes), ArchiveError::SecondStream);
    assert_eq!(with(b"garbage"), ArchiveError::TrailingBytes { bytes: 7 });
    assert_eq!(with(&[0; 100]), ArchiveError::TrailingBytes { bytes: 100 });
    let mut tar = sound().end().0;
    tar.extend([0; 20 * BLOCK]);
    assert!(read(&gzip(&tar)).is_ok(), "filling");
    tar.extend(sound().end().0);
    assert_eq!(refused(&gzip(&tar)), ArchiveError::ContentAfterEnd);
    // One block of zeros is the end to some programs, and nothing to others.
    let mut tar = sound().0;
    tar.extend([0; BLOCK]);
    tar.extend(Tarball::new().file("chart/x", b"x").end().0);
    assert_eq!(refused(&gzip(&tar)), ArchiveError::ContentAfterEnd);
}

#[test]
fn every_cut_is_told_from_an_archive_that_is_whole() {
    let bytes = sound().gzip();
    for end in 2..bytes.len() {
        assert_eq!(refused(&bytes[..end]), ArchiveError::Truncated, "after {end} bytes");
    }
    let tar = sound().end().0;
    for end in (0..tar.len() - 2 * BLOCK).step_by(64) {
        assert_eq!(refused(&gzip(&tar[..end])), ArchiveError::Truncated, "after {end} bytes of tar");
    }
}

#[test]
fn damaged_archives_are_refused() {
    let bytes = sound().gzip();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        // What gzip says of name, time and system is of no file.
        if let Ok(archive) = read(&damaged) {
            assert!((4..10).contains(&at), "byte {at}");
            assert_eq!(archive.files.content_digest(), read(&bytes).expect("is read").files.content_digest());
        }
    }
    for text in [&b""[..], b"PK\x03\x04", b"<html>", b"\x1f", CHART_YAML.as_bytes()] {
        assert_eq!(refused(text), ArchiveError::NotGzip);
    }
    let no_tar = refused(&gzip(&[b'x'; 2048]));
    assert!(matches!(no_tar, ArchiveError::BadTar { .. }), "{no_tar}");
    let mut unsealed = header(b'0', b"chart/x", 0);
    unsealed[0] = b'k';
    assert!(matches!(refused(&sound().header(&unsealed).gzip()), ArchiveError::BadTar { .. }));
    let mut size = header(b'0', b"chart/x", 0);
    size[124..136].copy_from_slice(b"zzzzzzzzzzz\0");
    assert!(matches!(refused(&sound().header(&sealed(size)).gzip()), ArchiveError::BadTar { .. }));
}

#[test]
fn sizes_that_are_not_there_take_no_memory() {
    let limits = Limits::default();
    let declared = |size| sound().header(&header(b'0', b"chart/x", size));
    let error = refused(&declared(limits.file_bytes + 1).gzip());
    assert!(matches!(error, ArchiveError::FileTooLarge { most: 10_485_760, .. }), "{error}");
    assert_eq!(refused(&gzip(&declared(limits.file_bytes).0)), ArchiveError::Truncated);
    // Base 256, as GNU writes sizes from 8 GiB on.
    let mut endless = header(b'0', b"chart/x", 0);
    endless[124..136].fill(0xff);
    let error = refused(&sound().header(&sealed(endless)).gzip());
    assert!(matches!(error, ArchiveError::FileTooLarge { .. } | ArchiveError::BadTar { .. }), "{error}");
}

#[test]
fn limits_are_kept() {
    let limits = Limits { unpacked_bytes: 20_000, file_bytes: 8_000, n_entries: 5, ..Limits::default() };
    let read = |tar: Tarball| Archive::read(&tar.gzip(), &limits).map(|archive| archive.files.n_files());
    assert_eq!(read(sound()), Ok(3));
    assert_eq!(
        read(sound().file("chart/x", &[7; 8_001])),
        Err(ArchiveError::FileTooLarge { path: "chart/x".into(), bytes: 8_001, most: 8_000 })
    );
    let two = sound().file("chart/x", &[7; 8_000]).file("chart/y", &[7; 8_000]);
    assert_eq!(read(two), Err(ArchiveError::UnpackedTooLarge { most: 20_000 }));
    let many = ["a", "b", "c"].iter().fold(sound(), |tar, name| tar.file(&format!("chart/{name}"), b""));
    assert_eq!(read(many), Err(ArchiveError::TooManyEntries { most: 5 }));
    let folders = ["a", "b", "c"].iter().fold(sound(), |tar, name| tar.entry(b'5', name.as_bytes(), b""));
    assert!(read(folders).is_err());
    let packed = Limits { packed_bytes: 100, ..limits };
    let bytes = sound().gzip();
    let error = Archive::read(&bytes, &packed).expect_err("is refused");
    assert_eq!(error, ArchiveError::PackedTooLarge { bytes: bytes.len() as u64, most: 100 });
}

#[test]
fn archives_that_are_made_to_fill_memory_are_refused() {
    let bomb = (0..20).fold(Tarball::new(), |tar, n| tar.file(&format!("chart/{n}"), &vec![0; 3 << 20]));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, &bomb.end().0).expect("memory takes it");
    let bytes = encoder.finish().expect("memory takes it");
    assert_eq!(refused(&bytes), ArchiveError::RatioTooHigh { most: 200 });
    let filling = gzip(&vec![0; 5 << 20]);
    assert_eq!(refused(&filling), ArchiveError::RatioTooHigh { most: 200 });
}

#[test]
fn what_is_packed_is_the_same_every_time_and_is_read_again() {
    let long = format!("templates/{}.yaml", "n".repeat(150));
    let mut files = vec![
        ("Chart.yaml".to_owned(), CHART_YAML.into()),
        (long.clone(), b"kind: Service\n".to_vec()),
        ("values.yaml".to_owned(), Vec::new()),
        (".helmignore".to_owned(), b"*.bak\nsecrets/\n".to_vec()),
        ("values.bak".to_owned(), b"password: x".to_vec()),
        ("secrets/key".to_owned(), b"x".to_vec()),
    ];
    let limits = Limits::default();
    let packed = |files: &[(String, Vec<u8>)]| {
        Files::from_folder("chart", files.to_vec(), &limits).and_then(|files| files.pack()).expect("is packed")
    };
    let bytes = packed(&files);
    files.reverse();
    assert_eq!(packed(&files), bytes);
    let archive = read(&bytes).expect("is read");
    let paths: Vec<&str> = archive.files.iter().map(|(path, _)| path).collect();
    assert_eq!(paths, [".helmignore", "Chart.yaml", &long, "values.yaml"]);
    assert_eq!(archive.files.pack().as_ref(), Ok(&bytes));
    // A change of this digest is a change of every archive of the starter catalog.
    assert_eq!(archive.digest.to_hex(), "b9c6e48e3e0f80417004746b18f001e945fc9bcaf90c322fddcb96e3640c3f74");
}

#[rstest]
#[case::parent("chart", "../x")]
#[case::root("a/b", "x")]
#[case::empty_root("", "x")]
fn what_could_not_be_read_is_not_packed(#[case] root: &str, #[case] path: &str) {
    assert!(Files::from_folder(root, [(path.to_owned(), Vec::new())], &Limits::default()).is_err());
}
