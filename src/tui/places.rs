//! Places: what a name of a file means that somebody types on the screen. It never looks whether the file is there.

use std::path::{Path, PathBuf};

/// Folders of the user and of this process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    pub home: Option<PathBuf>,
    /// The folder in which callsheet was started.
    pub working: PathBuf,
}

impl Places {
    /// The whole path: `~` at the beginning is the home folder, a relative name lies in the working folder.
    #[must_use]
    pub fn path(&self, typed: &str) -> PathBuf {
        let path = Path::new(typed);
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.clone(),
            (Ok(rest), Some(home)) => home.join(rest),
            (Ok(_) | Err(_), _) => self.working.join(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_folder_and_a_relative_name_lies_in_the_working_folder() {
        let places = Places { home: Some("/home/ada".into()), working: "/srv/lists".into() };
        for (typed, path) in [
            ("staff.csv", "/srv/lists/staff.csv"),
            ("../staff.csv", "/srv/lists/../staff.csv"),
            ("~/staff.csv", "/home/ada/staff.csv"),
            ("~", "/home/ada"),
            ("~grace/staff.csv", "/srv/lists/~grace/staff.csv"),
            ("/tmp/staff.csv", "/tmp/staff.csv"),
        ] {
            assert_eq!(places.path(typed), Path::new(path), "{typed}");
        }
        let homeless = Places { home: None, ..places };
        assert_eq!(homeless.path("~/a"), Path::new("/srv/lists/~/a"));
    }
}
