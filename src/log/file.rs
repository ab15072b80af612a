//! A file for each day, opened when there is something to write.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::timestamp::Timestamp;

/// Days of which the log is kept, today included.
pub const KEPT: usize = 14;

const PREFIX: &str = "callsheet-";
const SUFFIX: &str = ".log";

/// The file of the day, in UTC: `callsheet-2026-11-24.log`.
#[must_use]
pub fn name_of(moment: Timestamp) -> String {
    format!("{PREFIX}{}{SUFFIX}", moment.to_utc().format("%Y-%m-%d"))
}

/// The log in files that nobody else may read. Other processes write to the same.
pub struct DailyFile {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    open: Option<(String, File)>,
}

impl DailyFile {
    pub fn new(folder: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self { folder, clock, open: None }
    }

    /// Appends a line in one write, so that the lines of several processes never mix.
    ///
    /// # Errors
    /// If the folder cannot be made or the file not be opened or written.
    pub fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let name = name_of(self.clock.now());
        if let Some((open, file)) = &mut self.open
            && *open == name
        {
            return file.write(line);
        }
        self.open = None;
        let mut file = self.begin(&name)?;
        let written = file.write(line);
        self.open = Some((name, file));
        written
    }

    fn begin(&self, name: &str) -> io::Result<File> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        // Neither a link nor a pipe that somebody has laid there is written to.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let flags = flags.bits().cast_signed();
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(flags)
            .open(self.folder.join(name))?;
        remove_old(&self.folder)?;
        Ok(file)
    }
}

/// The day is in the name, so the order of the names is that of the days.
fn remove_old(folder: &Path) -> io::Result<()> {
    let mut names: Vec<_> = folder
        .read_dir()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
        .collect();
    names.sort_unstable();
    let too_many = names.len().saturating_sub(KEPT);
    // Another process may have removed it just now.
    names.iter().take(too_many).for_each(|name| drop(std::fs::remove_file(folder.join(name))));
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::sync::atomic::{AtomicI64, Ordering};

    const DAY: i64 = 24 * 60 * 60 * 1000;

    /// A clock that is set by hand, in days.
    #[derive(Default)]
    struct Days(AtomicI64);

    impl Clock for Days {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed) * DAY)
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_made_before_something_is_written() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state/callsheet");
        let mut log = DailyFile::new(folder.clone(), Arc::new(Days::default()));
        assert!(!folder.exists());
        log.write(b"one\n").unwrap();
        log.write(b"two\n").unwrap();
        let file = folder.join("callsheet-1970-01-01.log");
        assert_eq!(fs::read_to_string(&file).unwrap(), "one\ntwo\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn each_day_has_a_file_and_old_ones_go() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("callsheet-notes.txt"), "").unwrap();
        let days = Arc::new(Days::default());
        let mut log = DailyFile::new(home.path().to_owned(), Arc::<Days>::clone(&days));
        for _ in 0..KEPT + 2 {
            log.write(b"x\n").unwrap();
            days.0.fetch_add(1, Ordering::Relaxed);
        }
        let names = names(home.path());
        assert_eq!(names.len(), KEPT + 1);
        assert_eq!(names.first().unwrap(), "callsheet-1970-01-03.log");
        assert_eq!(names.last().unwrap(), "callsheet-notes.txt");
    }

    #[test]
    fn two_processes_write_to_one_file() {
        let home = tempfile::tempdir().unwrap();
        let log = || DailyFile::new(home.path().to_owned(), Arc::new(Days::default()));
        let (mut one, mut other) = (log(), log());
        for line in [b"a\n", b"b\n"] {
            one.write(line).unwrap();
            other.write(line).unwrap();
        }
        let text = fs::read_to_string(home.path().join("callsheet-1970-01-01.log")).unwrap();
        assert_eq!(text, "a\na\nb\nb\n");
    }

    #[test]
    fn a_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("target");
        fs::write(&target, "").unwrap();
        symlink(&target, home.path().join("callsheet-1970-01-01.log")).unwrap();
        let mut log = DailyFile::new(home.path().to_owned(), Arc::new(Days::default()));
        assert!(log.write(b"x\n").is_err());
        assert_eq!(fs::read_to_string(&target).unwrap(), "");
    }
}
