//! Who can use the files of a database: its owner alone, or a group to which an administrator gave the folder. It looks, and
//! changes nothing.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::files;

/// Every file that may lie beside a database and belongs to it, by its ending.
const ENDINGS: [&str; 6] = ["", "-wal", "-shm", "-journal", ".key", ".sender"];

/// How a database is shared, and which of its files do not follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    /// The number of the group that the folder is shared with.
    pub group: Option<u32>,
    pub lapses: Vec<Lapse>,
}

/// A file that some can use who should not, or the reverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    pub file: PathBuf,
    /// The permission bits.
    pub mode: u32,
    pub fault: Fault,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Everybody on this machine may read or change it.
    OpenToOthers,
    /// Its group, with this number, may read or change it, but the folder is not shared.
    OpenToGroup(u32),
    /// The group that shares the folder may not read and change it.
    ClosedToGroup,
    /// It belongs to the group with this number, not to the one that shares the folder.
    OfOtherGroup(u32),
}

/// Looks at the files of a database that are there. Where nobody but the owner gets into the folder, no file in it is open.
#[must_use]
pub fn sharing(database: &Path) -> Sharing {
    let folder = files::folder_of(database);
    let Ok(found) = fs::metadata(folder) else { return Sharing { group: None, lapses: Vec::new() } };
    let group = (files::mode_in(folder) == 0o660).then(|| found.gid());
    let lapse = |ending: &&str| {
        let file = files::beside(database, ending);
        let facts = fs::metadata(&file).ok()?;
        let fault = fault(&found, group, &facts)?;
        Some(Lapse { file, mode: facts.mode() & 0o777, fault })
    };
    Sharing { group, lapses: ENDINGS.iter().filter_map(lapse).collect() }
}

fn fault(folder: &Metadata, group: Option<u32>, file: &Metadata) -> Option<Fault> {
    let (mode, enter) = (file.mode(), folder.mode());
    if mode & 0o006 != 0 && enter & 0o001 != 0 {
        return Some(Fault::OpenToOthers);
    }
    match group {
        None if mode & 0o060 != 0 && enter & 0o010 != 0 => Some(Fault::OpenToGroup(file.gid())),
        None => None,
        Some(group) if file.gid() != group => Some(Fault::OfOtherGroup(file.gid())),
        Some(_) if mode & 0o060 != 0o060 => Some(Fault::ClosedToGroup),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// The faults of a folder with these modes: of itself, and of files by their endings.
    fn faults(folder_mode: u32, modes: &[(&str, u32)]) -> (bool, Vec<(String, Fault)>) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("shared");
        fs::create_dir(&folder).unwrap();
        let database = folder.join("a.db");
        for (ending, mode) in modes {
            let file = files::beside(&database, ending);
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, Permissions::from_mode(*mode)).unwrap();
        }
        fs::set_permissions(&folder, Permissions::from_mode(folder_mode)).unwrap();
        let Sharing { group, lapses } = sharing(&database);
        let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
        (group.is_some(), lapses.into_iter().map(|lapse| (name(&lapse.file), lapse.fault)).collect())
    }

    #[test]
    fn files_as_callsheet_makes_them_are_right() {
        assert_eq!(faults(0o700, &[("", 0o600), (".key", 0o600)]), (false, vec![]));
        assert_eq!(faults(0o755, &[("", 0o600), ("-wal", 0o600)]), (false, vec![]));
        let shared = [("", 0o660), ("-wal", 0o660), ("-shm", 0o660), (".key", 0o660), (".sender", 0o660)];
        assert_eq!(faults(0o2770, &shared), (true, vec![]));
    }

    #[test]
    fn in_a_shared_folder_the_group_must_be_able_to_use_every_file() {
        let (shared, found) =
            faults(0o2770, &[("", 0o660), ("-wal", 0o640), (".key", 0o600), (".sender", 0o600)]);
        assert!(shared);
        let closed = |file: &str| (file.to_owned(), Fault::ClosedToGroup);
        assert_eq!(found, [closed("a.db-wal"), closed("a.db.key"), closed("a.db.sender")]);
    }

    #[test]
    fn others_may_use_no_file_that_they_can_reach() {
        let open = || vec![("a.db.key".to_owned(), Fault::OpenToOthers)];
        assert_eq!(faults(0o2775, &[("", 0o660), (".key", 0o664)]), (true, open()));
        assert_eq!(faults(0o755, &[("", 0o600), (".key", 0o604)]), (false, open()));
        assert_eq!(faults(0o700, &[("", 0o644), (".key", 0o644)]), (false, vec![]));
    }

    #[test]
    fn a_group_that_shares_nothing_may_use_no_file() {
        let (shared, found) = faults(0o750, &[("", 0o640), (".key", 0o600)]);
        assert!(!shared);
        assert!(matches!(&found[..], [(file, Fault::OpenToGroup(_))] if file == "a.db"), "{found:?}");
    }

    #[test]
    fn a_file_of_another_group_is_found() {
        let here = tempfile::tempdir().unwrap();
        let (folder, file) = (here.path().join("folder"), here.path().join("file"));
        fs::create_dir(&folder).unwrap();
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o660)).unwrap();
        let (folder, file) = (fs::metadata(folder).unwrap(), fs::metadata(file).unwrap());
        assert_eq!(fault(&folder, Some(file.gid() + 1), &file), Some(Fault::OfOtherGroup(file.gid())));
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_lapses() {
        assert_eq!(sharing(Path::new("/nonexistent/a.db")), Sharing { group: None, lapses: vec![] });
    }
}
