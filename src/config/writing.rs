//! Writing a private file: whole or not at all, readable by its owner alone.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use tempfile::NamedTempFile;

/// A file that is written and synced beside its place and not seen there yet. It is gone if it is dropped.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
    place: PathBuf,
}

impl Draft {
    /// Writes `bytes` beside `path`, mode 0600, for the owner of the file that is there. A link is followed: what it leads to is
    /// replaced. A folder that is missing is made, for its owner alone.
    ///
    /// # Errors
    /// If the file that is there is write-protected, or the folder takes no file.
    pub fn new(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let there = match fs::canonicalize(path) {
            Ok(place) => Some(place),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let place = there.clone().unwrap_or_else(|| path.to_owned());
        let folder = folder(&place);
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut file = tempfile::Builder::new().prefix(".callsheet-").tempfile_in(folder)?;
        if let Some(there) = &there {
            // Whoever took the right to write away did not mean that it can be replaced.
            access(there, Access::WRITE_OK)?;
            let (old, new) = (fs::metadata(there)?, file.as_file().metadata()?);
            if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
                fchown(file.as_file(), Some(old.uid()), Some(old.gid()))?;
            }
        }
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(Self { file, place })
    }

    /// Puts the file into its place, in one step.
    ///
    /// # Errors
    /// If it cannot be put there; what was there is untouched.
    pub fn settle(self) -> io::Result<()> {
        let folder = folder(&self.place).to_owned();
        self.file.persist(&self.place).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    }
}

fn folder(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_private_and_so_is_the_folder_made_for_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/file");
        Draft::new(&path, b"text").unwrap().settle().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"text");
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(names(path.parent().unwrap()), ["file"]);
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        fs::write(&path, "old").unwrap();
        drop(Draft::new(&path, b"new").unwrap());
        assert_eq!(
            (fs::read(&path).unwrap(), names(home.path())),
            (b"old".to_vec(), vec!["file".to_owned()])
        );
    }

    #[test]
    fn a_link_is_followed_and_an_open_file_closed() {
        let home = tempfile::tempdir().unwrap();
        let (link, file) = (home.path().join("link"), home.path().join("file"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        symlink(&file, &link).unwrap();
        Draft::new(&link, b"new").unwrap().settle().unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!((fs::read(&file).unwrap(), mode(&file)), (b"new".to_vec(), 0o600));
    }

    #[test]
    fn what_is_no_folder_takes_no_file() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("no-folder"), "").unwrap();
        assert!(Draft::new(&home.path().join("no-folder/file"), b"").is_err());
        assert_eq!(names(home.path()), ["no-folder"]);
    }
}
