//! Mail as files, for where no server is configured: `<folder>/<delivery id>.eml`.
//!
//! A file is whole or absent, also after a power loss. Nothing is ever sent from here.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The folder that takes the mail.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// A folder that is made when the first mail is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Writes one mail and returns where it is; a mail already there under this id is replaced.
    ///
    /// The folder is made 0700 and files 0600. Where the folder around it is setgid and writable for its group,
    /// which is how a group shares a database, they are 2770 and 0660. When this returns, the file is on disk.
    ///
    /// # Errors
    /// Whatever the file system refuses; then no file of that name was made or changed.
    pub fn write(&self, id: i64, message: &[u8]) -> io::Result<PathBuf> {
        let sharing = self.prepare_folder()?;
        let place = self.folder.join(format!("{id}.eml"));
        let draft = self.folder.join(format!(".{id}.eml.draft"));
        let written = write_draft(&draft, message, sharing)
            .and_then(|()| std::fs::rename(&draft, &place))
            .and_then(|()| sync_folder(&self.folder));
        if written.is_err() {
            // The first error is the one to tell.
            let _ = std::fs::remove_file(&draft);
        }
        written.map(|()| place)
    }

    fn prepare_folder(&self) -> io::Result<Sharing> {
        let around = match self.folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        };
        if !self.folder.is_dir() {
            match DirBuilder::new().mode(0o700).create(&self.folder) {
                Ok(()) => {
                    if Sharing::of(around)? == Sharing::Group {
                        std::fs::set_permissions(&self.folder, Permissions::from_mode(0o2770))?;
                    }
                    sync_folder(around)?;
                }
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Sharing::of(&self.folder)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Owner,
    Group,
}

impl Sharing {
    fn of(folder: &Path) -> io::Result<Self> {
        let mode = std::fs::metadata(folder)?.permissions().mode();
        let shared = mode & 0o2020 == 0o2020;
        Ok(if shared { Self::Group } else { Self::Owner })
    }
}

fn write_draft(draft: &Path, message: &[u8], sharing: Sharing) -> io::Result<()> {
    // What a crash left behind is not ours to continue, and `create_new` follows no link.
    match std::fs::remove_file(draft) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    if sharing == Sharing::Group {
        file.set_permissions(Permissions::from_mode(0o660))?;
    }
    file.write_all(message)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_mail_becomes_a_private_file_in_a_private_folder() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("mail");
        let place = Files::new(&folder).write(7, b"Subject: x\r\n\r\nhello\r\n").unwrap();
        assert_eq!(place, folder.join("7.eml"));
        assert_eq!(std::fs::read(&place).unwrap(), b"Subject: x\r\n\r\nhello\r\n");
        assert_eq!((mode(&folder), mode(&place)), (0o700, 0o600));
        assert_eq!(names(&folder), ["7.eml"]);
    }

    #[test]
    fn a_shared_folder_makes_shared_mail() {
        let home = tempfile::tempdir().unwrap();
        std::fs::set_permissions(home.path(), Permissions::from_mode(0o2770)).unwrap();
        let folder = home.path().join("mail");
        let place = Files::new(&folder).write(7, b"x").unwrap();
        assert_eq!((mode(&folder), mode(&place)), (0o2770, 0o660));
    }

    #[test]
    fn writing_again_replaces_the_mail_and_what_a_crash_left_behind() {
        let home = tempfile::tempdir().unwrap();
        let files = Files::new(home.path());
        std::fs::write(home.path().join(".7.eml.draft"), b"half a ma").unwrap();
        files.write(7, b"first").unwrap();
        let place = files.write(7, b"second").unwrap();
        assert_eq!(std::fs::read(place).unwrap(), b"second");
        assert_eq!(names(home.path()), ["7.eml"]);
    }

    #[test]
    fn a_draft_that_is_a_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let victim = home.path().join("victim");
        std::fs::write(&victim, b"precious").unwrap();
        std::os::unix::fs::symlink(&victim, home.path().join(".7.eml.draft")).unwrap();
        Files::new(home.path()).write(7, b"mail").unwrap();
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    }

    #[test]
    fn a_mail_that_cannot_be_put_in_place_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("7.eml")).unwrap();
        assert!(Files::new(home.path()).write(7, b"mail").is_err());
        assert_eq!(names(home.path()), ["7.eml"]);
    }
}
