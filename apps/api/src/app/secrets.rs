//! Values that must not stand in the database in clear are sealed with the data directory's key.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use sha2::{Digest, Sha256};

const NONCE: usize = 24;

#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
}

impl Sealer {
    /// Reads the key at `path`, or makes one that only its owner can read.
    pub fn open(path: &Path) -> io::Result<Self> {
        let key = match fs::read(path) {
            Ok(key) => key,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key: [u8; 32] = rand::random();
                fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?.write_all(&key)?;
                key.to_vec()
            }
            Err(error) => return Err(error),
        };
        let key: [u8; 32] = key.try_into().map_err(|_| io::Error::other("the key file is damaged; restore it from a backup"))?;
        Ok(Self { cipher: XChaCha20Poly1305::new(&key.into()) })
    }

    /// `purpose` binds the value to its place: it opens nowhere else.
    pub fn seal(&self, purpose: &str, clear: &str) -> Option<String> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: clear.as_bytes(), aad: purpose.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// `None` for what this key did not seal for this purpose.
    pub fn open_sealed(&self, purpose: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: purpose.as_bytes() };
        String::from_utf8(self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }
}

/// A new secret of 256 random bits, as text.
pub fn mint(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// How a secret of [`mint`] is kept: it is random enough that a plain hash does.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_with_its_key_and_purpose_only() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("key");
        let sealed = Sealer::open(&path).expect("a key").seal("a", "secret").expect("sealed");
        assert!(!sealed.contains("secret"));
        let again = Sealer::open(&path).expect("the key");
        assert_eq!(again.open_sealed("a", &sealed).as_deref(), Some("secret"));
        assert_eq!(again.open_sealed("b", &sealed), None);
        let other = Sealer::open(&directory.path().join("other")).expect("a key");
        assert_eq!(other.open_sealed("a", &sealed), None);
    }
}
