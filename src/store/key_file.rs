//! `<database>.key`: the 32 bytes from which verification secrets are derived, as 64 hexadecimal digits. It lies beside the
//! database, not in it, so that a copy of the database verifies nobody.

use std::fs;
use std::io;
use std::path::Path;

use secrecy::zeroize::Zeroizing;

use super::{StoreError, files};
use crate::domain::verification::SecretKey;

/// Reads the key of a database, or makes one if there is none.
///
/// # Errors
/// [`StoreError::Key`] if the file cannot be read or holds something else; it is never overwritten.
pub fn load_or_make(database: &Path) -> Result<SecretKey, StoreError> {
    let file = files::beside(database, ".key");
    let refuse = |why: String| StoreError::Key { file: file.display().to_string(), why };
    for _ in 0..2 {
        match fs::read_to_string(&file).map(Zeroizing::new) {
            Ok(text) => {
                let bytes = parse(&text).ok_or_else(|| {
                    refuse(
                        "it does not hold 64 hexadecimal digits; move it away to have a new one made"
                            .to_owned(),
                    )
                })?;
                return Ok(SecretKey::new(bytes));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refuse(error.to_string())),
        }
        let mode = files::mode_in(files::folder_of(database));
        match files::write_once(&file, mode, fresh().map_err(&refuse)?.as_bytes()) {
            Ok(()) => {}
            // Another process was first: its key is the one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refuse(error.to_string())),
        }
    }
    Err(refuse("it was removed while it was made".to_owned()))
}

fn fresh() -> Result<Zeroizing<String>, String> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| error.to_string())?;
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in bytes.iter() {
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('\n');
    Ok(text)
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_private_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let made = load_or_make(&database).unwrap();
        assert_eq!(load_or_make(&database).unwrap().id(), made.id());
        let mode = fs::metadata(folder.path().join("a.db.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let other = folder.path().join("b.db");
        assert_ne!(load_or_make(&other).unwrap().id(), made.id());
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db.key");
        for wrong in ["", "abc", &"g".repeat(64), &"é".repeat(32)] {
            fs::write(&file, wrong).unwrap();
            let error = load_or_make(&folder.path().join("a.db")).unwrap_err();
            assert!(matches!(error, StoreError::Key { .. }));
            assert!(wrong.is_empty() || !error.to_string().contains(wrong));
            assert_eq!(fs::read_to_string(&file).unwrap(), wrong);
        }
    }
}
