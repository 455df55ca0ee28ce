//! Encrypts what the database keeps but must not reveal: cluster credentials, ID tokens, and the
//! cookie of a sign-in under way.
//!
//! XChaCha20-Poly1305. A sealed value is one byte that names the key, 24 random bytes, and the
//! ciphertext. The purpose is authenticated with it: what was sealed for one cannot be opened for
//! another. Secrets that are only compared (session cookies, tokens) are hashed instead, not sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const NONCE_BYTES: usize = 24;
/// Of 32 random bytes about 30 are different.
const FEWEST_DIFFERENT: usize = 16;

/// Opens what it sealed, and what was sealed with the keys before.
pub struct Seal {
    current: Lock,
    old: Vec<Lock>,
}

/// One key.
struct Lock {
    key_id: u8,
    cipher: XChaCha20Poly1305,
}

/// What became of a sealed value that should be sealed with the present key.
pub enum Reseal {
    /// It is already.
    Current,
    /// The same, sealed anew.
    Anew(Vec<u8>),
}

/// 32 random bytes, kept in a file as one line of base64. Never printed.
#[derive(Debug)]
pub struct Key(SecretBox<[u8; 32]>);

/// Why a sealed value stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("it was sealed with a key that is neither in secrets.key_file nor in secrets.old_key_files")]
    OtherKey,
    #[error("it was changed since it was sealed, or sealed for another purpose")]
    Tampered,
}

/// What is wrong with a key file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("can be read by everybody on this machine: chmod o-rwx it")]
    Exposed,
    #[error("is not 32 bytes in base64: make one with `berth key new FILE`")]
    NotAKey,
    #[error("can be guessed, as its bytes are not random: make one with `berth key new FILE`")]
    Weak,
}

impl Seal {
    pub fn new(key: &Key) -> Self {
        Self::with_old(key, &[])
    }

    /// Seals with `key`; opens with that and with the old ones.
    pub fn with_old(key: &Key, old: &[Key]) -> Self {
        Self { current: Lock::new(key), old: old.iter().map(Lock::new).collect() }
    }

    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        let ciphertext = self.current.cipher.encrypt(&nonce.into(), payload).expect("fails above 256 GiB only");
        [&[self.current.key_id], &nonce[..], &ciphertext].concat()
    }

    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        // Two keys may have the same id: then the one that fits is the right one.
        let mut answer = self.current.open(purpose, sealed);
        for lock in &self.old {
            if answer.is_err() {
                answer = match (lock.open(purpose, sealed), answer) {
                    (Err(OpenError::OtherKey), before) => before,
                    (other, _) => other,
                };
            }
        }
        answer
    }

    /// Seals a value anew that is sealed with an old key.
    pub fn reseal(&self, purpose: &str, sealed: &[u8]) -> Result<Reseal, OpenError> {
        if self.current.open(purpose, sealed).is_ok() {
            return Ok(Reseal::Current);
        }
        self.open(purpose, sealed).map(|plain| Reseal::Anew(self.seal(purpose, &plain)))
    }
}

impl Lock {
    fn new(key: &Key) -> Self {
        let bytes = key.0.expose_secret();
        Self { key_id: Sha256::digest(bytes)[0], cipher: XChaCha20Poly1305::new(bytes.into()) }
    }

    fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let (&key_id, rest) = sealed.split_first().ok_or(OpenError::Tampered)?;
        if key_id != self.key_id {
            return Err(OpenError::OtherKey);
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError::Tampered)?;
        let payload = Payload { msg: ciphertext, aad: purpose.as_bytes() };
        self.cipher.decrypt(nonce.into(), payload).map_err(|_| OpenError::Tampered)
    }
}

impl Key {
    pub fn generate() -> Self {
        Self(SecretBox::init_with(rand::random))
    }

    /// Another secret that follows from this one, for a purpose that is no encryption.
    pub fn derive(&self, purpose: &str) -> SecretBox<[u8; 32]> {
        let mut hasher = Sha256::new_with_prefix(b"berth derived key\0");
        hasher.update(purpose);
        hasher.update([0]);
        hasher.update(self.0.expose_secret());
        SecretBox::new(Box::new(hasher.finalize().into()))
    }

    /// A file that everybody may read holds no secret, so it is refused.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let text = std::fs::read_to_string(path)?;
        if std::fs::metadata(path)?.permissions().mode() & 0o007 != 0 {
            return Err(KeyFileError::Exposed);
        }
        let bytes = BASE64.decode(text.trim()).map_err(|_| KeyFileError::NotAKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyFileError::NotAKey)?;
        if is_weak(&bytes) {
            return Err(KeyFileError::Weak);
        }
        Ok(Self(SecretBox::new(Box::new(bytes))))
    }

    /// Writes a file that only its owner may read; an existing file is never overwritten.
    pub fn write_new(&self, path: &Path) -> io::Result<()> {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", BASE64.encode(self.0.expose_secret()))?;
        file.sync_all()
    }
}

/// Whether it was made by hand rather than drawn: few different bytes, a pattern, a count, or a text. Of all random keys
/// fewer than one in a million million looks like one of these.
fn is_weak(bytes: &[u8; 32]) -> bool {
    let n_different = bytes.iter().collect::<BTreeSet<_>>().len();
    let repeats = (1..=bytes.len() / 2).any(|period| bytes.iter().zip(&bytes[period..]).all(|(a, b)| a == b));
    let steps: BTreeSet<_> = bytes.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    n_different < FEWEST_DIFFERENT || repeats || steps.len() < FEWEST_DIFFERENT / 2 || is_text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        Seal::new(&Key::generate())
    }

    #[test]
    fn what_was_sealed_opens_for_the_same_purpose_only() {
        let seal = seal();
        let sealed = seal.seal("cluster", b"token");
        assert_eq!(seal.open("cluster", &sealed), Ok(b"token".to_vec()));
        assert_eq!(seal.open("cookie", &sealed), Err(OpenError::Tampered));
    }

    #[test]
    fn the_same_text_is_never_sealed_to_the_same_bytes() {
        let seal = seal();
        assert_ne!(seal.seal("cluster", b"token"), seal.seal("cluster", b"token"));
    }

    #[test]
    fn a_changed_or_cut_value_stays_closed() {
        let seal = seal();
        let sealed = seal.seal("cluster", b"token");
        for at in 1..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(seal.open("cluster", &changed), Err(OpenError::Tampered), "byte {at}");
            assert!(seal.open("cluster", &sealed[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(seal.open("cluster", b""), Err(OpenError::Tampered));
    }

    #[test]
    fn another_key_is_told_apart_from_a_changed_value() {
        let key = |byte| Seal::new(&Key(SecretBox::new(Box::new([byte; 32]))));
        let sealed = key(1).seal("cluster", b"token");
        assert_eq!(key(2).open("cluster", &sealed), Err(OpenError::OtherKey));
    }

    #[test]
    fn an_old_key_opens_and_what_it_sealed_is_sealed_anew() {
        let (before, after) = (Key::generate(), Key::generate());
        let sealed = Seal::new(&before).seal("cluster", b"token");
        let both = Seal::with_old(&after, std::slice::from_ref(&before));
        assert_eq!(both.open("cluster", &sealed), Ok(b"token".to_vec()));
        assert_eq!(both.open("cookie", &sealed), Err(OpenError::Tampered));
        let Ok(Reseal::Anew(anew)) = both.reseal("cluster", &sealed) else { panic!("is sealed anew") };
        assert_eq!(Seal::new(&after).open("cluster", &anew), Ok(b"token".to_vec()));
        assert!(matches!(both.reseal("cluster", &anew), Ok(Reseal::Current)));
        assert!(both.reseal("cluster", &Seal::new(&Key::generate()).seal("cluster", b"x")).is_err());
    }

    #[test]
    fn a_key_file_is_written_once_for_its_owner_and_read_back() {
        let dir = tempfile::tempdir().expect("makes a directory");
        let path = dir.path().join("key");
        let key = Key::generate();
        key.write_new(&path).expect("writes");
        assert!(key.write_new(&path).is_err(), "an existing key must survive");
        let sealed = Seal::new(&key).seal("cluster", b"token");
        let read = Key::read(&path).expect("reads");
        assert_eq!(Seal::new(&read).open("cluster", &sealed), Ok(b"token".to_vec()));
    }

    #[test]
    fn a_key_file_for_everybody_or_with_something_else_in_it_is_refused() {
        let dir = tempfile::tempdir().expect("makes a directory");
        let path = dir.path().join("key");
        std::fs::write(&path, "not a key").expect("writes");
        set_mode(&path, 0o644);
        assert!(matches!(Key::read(&path), Err(KeyFileError::Exposed)));
        set_mode(&path, 0o640);
        assert!(matches!(Key::read(&path), Err(KeyFileError::NotAKey)));
    }

    #[test]
    fn a_key_that_somebody_made_up_is_refused() {
        let count: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).expect("is small"));
        let pattern: [u8; 32] = std::array::from_fn(|at| [7, 211, 34, 90, 3][at % 5]);
        let few: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * at % 13).expect("is small"));
        for weak in [[0; 32], [0xff; 32], count, count.map(|byte| byte.wrapping_mul(7)), pattern, few] {
            assert!(is_weak(&weak), "{weak:?}");
        }
        assert!(is_weak(b"correct horse battery staple 123"));
        for _ in 0..1000 {
            assert!(!is_weak(Key::generate().0.expose_secret()));
        }
        let dir = tempfile::tempdir().expect("makes a directory");
        let path = dir.path().join("key");
        std::fs::write(&path, BASE64.encode([0; 32])).expect("writes");
        set_mode(&path, 0o600);
        assert!(matches!(Key::read(&path), Err(KeyFileError::Weak)));
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("sets the mode");
    }
}
