//! How far a screen reaches: everywhere, or where a shell is kept from those who use it, into one folder.

use std::path::{Component, Path, PathBuf};

/// What those before the screen may do outside of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// What the system lets them do.
    #[default]
    Everywhere,
    /// `--restricted`: they may not suspend, and may name files below this folder only.
    Below(PathBuf),
}

impl Reach {
    /// Whether a file with this whole path may be read or written. What is above the folder, by `..` or by a link in it, may
    /// not, and neither may the folder itself. It looks at folders and links, so it is asked where files are used.
    #[must_use]
    pub fn allows(&self, file: &Path) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Below(folder) => lies_below(file, folder),
        }
    }

    /// Whether the screen is a restricted one.
    #[must_use]
    pub const fn is_restricted(&self) -> bool {
        matches!(self, Self::Below(_))
    }
}

fn lies_below(file: &Path, folder: &Path) -> bool {
    let Ok(rest) = file.strip_prefix(folder) else { return false };
    let mut parts = rest.components().peekable();
    if parts.peek().is_none() || !parts.all(|part| matches!(part, Component::Normal(_))) {
        return false;
    }
    let (Some(Ok(real)), Ok(top)) = (file.parent().map(Path::canonicalize), folder.canonicalize()) else {
        return false;
    };
    real.starts_with(top) && !file.is_symlink()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_what_lies_below_the_folder_is_allowed() {
        let home = tempfile::tempdir().unwrap();
        let exports = home.path().join("exports");
        fs::create_dir_all(exports.join("2026")).unwrap();
        fs::write(home.path().join("secret"), "").unwrap();
        symlink(home.path(), exports.join("up")).unwrap();
        symlink(home.path().join("secret"), exports.join("link.csv")).unwrap();
        symlink(home.path().join("missing"), exports.join("dangling.csv")).unwrap();
        symlink(exports.join("2026"), exports.join("year")).unwrap();
        let reach = Reach::Below(exports.clone());
        for allowed in ["staff.csv", "2026/staff.csv", "./staff.csv", "year/staff.csv", "..staff.csv"] {
            assert!(reach.allows(&exports.join(allowed)), "{allowed}");
        }
        for refused in [
            "",
            "..",
            "../secret",
            "2026/../staff.csv",
            "2026/../../secret",
            "up/secret",
            "link.csv",
            "dangling.csv",
            "missing/staff.csv",
            "/etc/passwd",
        ] {
            assert!(!reach.allows(&exports.join(refused)), "{refused}");
            assert!(Reach::Everywhere.allows(&exports.join(refused)));
        }
        assert!(!reach.allows(&home.path().join("exports-of-others/staff.csv")));
        assert!(!reach.allows(Path::new("staff.csv")), "a relative path says nothing");
    }

    #[test]
    fn without_the_folder_nothing_is_allowed() {
        let home = tempfile::tempdir().unwrap();
        let exports = home.path().join("exports");
        assert!(!Reach::Below(exports.clone()).allows(&exports.join("staff.csv")));
        assert!(Reach::Below(exports).is_restricted());
        assert!(!Reach::default().is_restricted());
    }
}
