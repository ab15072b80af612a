//! Where things lie, and who is asking: folders and files by the XDG base directory specification, and the system user.
//!
//! Beside `config` this is the only room that reads the environment. It never makes a folder or opens a file.

mod environment;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use uzers::os::unix::UserExt as _;

pub use self::environment::{Environment, NAMES, shed_environment};
use crate::domain::safe_text::safe;
use crate::operations::Actor;

/// The folder of callsheet inside each of the user's folders, and in `/etc`.
const OWN: &str = "callsheet";

/// What this program was built for: "linux on x86_64".
#[must_use]
pub fn platform() -> String {
    format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// The database where nothing else is said: `$XDG_DATA_HOME/callsheet/callsheet.db`. `None` without a home folder.
#[must_use]
pub fn default_database(environment: &Environment) -> Option<PathBuf> {
    Some(user_folder(environment, "XDG_DATA_HOME", ".local/share")?.join("callsheet.db"))
}

/// Where a configuration file is looked for when none is named, the first that exists:
/// `$XDG_CONFIG_HOME/callsheet/config.toml`, `/etc/callsheet/config.toml`; the second alone without files of the user's own.
#[must_use]
pub fn config_files(environment: &Environment) -> Vec<PathBuf> {
    let user =
        user_folder(environment, "XDG_CONFIG_HOME", ".config").filter(|_| environment.has_user_files());
    let folders = user.into_iter().chain([environment.system_folder().join(OWN)]);
    folders.map(|folder| folder.join("config.toml")).collect()
}

/// The folder of the log: `$XDG_STATE_HOME/callsheet`. `None` without a home folder.
#[must_use]
pub fn log_folder(environment: &Environment) -> Option<PathBuf> {
    user_folder(environment, "XDG_STATE_HOME", ".local/state")
}

/// The folder for what was typed and not saved: `drafts` beside the log. `None` without a home folder.
#[must_use]
pub fn drafts_folder(environment: &Environment) -> Option<PathBuf> {
    log_folder(environment).map(|folder| folder.join("drafts"))
}

/// The folder for mail that is written to files: `mail` beside the database.
#[must_use]
pub fn mail_folder(database: &Path) -> PathBuf {
    database.with_file_name("mail")
}

/// The folder in which a restricted screen may read and write files: `exports` beside the database.
#[must_use]
pub fn export_folder(database: &Path) -> PathBuf {
    database.with_file_name("exports")
}

/// The home folder of the real user of this process, as the user database has it.
#[must_use]
pub fn home_of_user() -> Option<PathBuf> {
    Some(uzers::get_user_by_uid(uzers::get_current_uid())?.home_dir().to_owned())
}

/// The name of a group, or its number where it has none.
#[must_use]
pub fn group_name(id: u32) -> String {
    let name = uzers::get_group_by_gid(id).map(|group| group.name().to_string_lossy().into_owned());
    name.map_or_else(|| id.to_string(), |name| safe(&name).into_owned())
}

/// Own keys, the first that exists: `keys.toml` beside the configuration file that was `named`; without one in
/// `$XDG_CONFIG_HOME/callsheet`, then in `/etc/callsheet`, wherever the configuration itself was found.
#[must_use]
pub fn keys_files(named: Option<&Path>, environment: &Environment) -> Vec<PathBuf> {
    let files = named.map_or_else(|| config_files(environment), |file| vec![file.to_owned()]);
    files.into_iter().map(|file| file.with_file_name("keys.toml")).collect()
}

/// An own theme: `themes/NAME.toml` beside the configuration file.
#[must_use]
pub fn theme_file(config_file: &Path, name: &str) -> PathBuf {
    config_file.with_file_name("themes").join(format!("{name}.toml"))
}

/// The path with `~/` at its beginning replaced by the home folder; unchanged without one.
#[must_use]
pub fn expand_home(path: &Path, environment: &Environment) -> PathBuf {
    match (path.strip_prefix("~"), environment.folder("HOME")) {
        (Ok(rest), Some(home)) => home.join(rest),
        (Ok(_) | Err(_), _) => path.to_owned(),
    }
}

/// The folder in which this process was started. `None` if it is gone.
#[must_use]
pub fn working_folder() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// Who acts, for the audit log: the real user of this process, never a field that somebody types. The user behind sudo and
/// the SSH client stand beside it as their programs tell them; both are checked and cut.
#[must_use]
pub fn actor(environment: &Environment) -> Actor {
    let id = uzers::get_current_uid();
    let name = uzers::get_user_by_uid(id).map(|user| user.name().to_string_lossy().into_owned());
    actor_called(&name.unwrap_or_else(|| format!("uid {id}")), environment)
}

fn actor_called(name: &str, environment: &Environment) -> Actor {
    let name: String = safe(name).chars().take(USER_LIMIT).collect();
    let user = match environment.text("SUDO_USER").filter(|sudo| is_user_name(sudo) && **sudo != *name) {
        Some(sudo) => format!("{name} (sudo by {sudo})"),
        None => name,
    };
    Actor { user, origin: environment.text("SSH_CONNECTION").and_then(ssh_client) }
}

/// The longest user name that Linux accepts is 32 bytes; directory services allow more.
const USER_LIMIT: usize = 64;

fn is_user_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@+\\$".contains(&byte);
    !text.is_empty() && text.len() <= USER_LIMIT && text.bytes().all(fits)
}

/// `SSH_CONNECTION` is "client port server port" (ssh(1)); a client that is no IP address is nobody.
fn ssh_client(connection: &str) -> Option<String> {
    let client = connection.split_ascii_whitespace().next()?;
    let address = client.split('%').next()?;
    address.parse::<IpAddr>().ok().map(|address| address.to_string())
}

fn user_folder(environment: &Environment, variable: &str, below_home: &str) -> Option<PathBuf> {
    let base = match environment.folder(variable) {
        Some(folder) => folder.to_owned(),
        None => environment.folder("HOME")?.join(below_home),
    };
    Some(base.join(OWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: [(&str, &str); 0] = [];

    #[test]
    fn folders_follow_xdg_and_fall_back_to_home() {
        let home = Environment::of([("HOME", "/home/ada")]);
        assert_eq!(
            default_database(&home).unwrap(),
            Path::new("/home/ada/.local/share/callsheet/callsheet.db")
        );
        assert_eq!(log_folder(&home).unwrap(), Path::new("/home/ada/.local/state/callsheet"));
        assert_eq!(
            config_files(&home),
            [Path::new("/home/ada/.config/callsheet/config.toml"), Path::new("/etc/callsheet/config.toml")]
        );
        let xdg = Environment::of([
            ("HOME", "/h"),
            ("XDG_DATA_HOME", "/d"),
            ("XDG_CONFIG_HOME", "/c"),
            ("XDG_STATE_HOME", "/s"),
        ]);
        assert_eq!(default_database(&xdg).unwrap(), Path::new("/d/callsheet/callsheet.db"));
        assert_eq!(log_folder(&xdg).unwrap(), Path::new("/s/callsheet"));
        assert_eq!(drafts_folder(&xdg).unwrap(), Path::new("/s/callsheet/drafts"));
        assert_eq!(config_files(&xdg)[0], Path::new("/c/callsheet/config.toml"));
        assert_eq!(config_files(&xdg.without_user_files()), [Path::new("/etc/callsheet/config.toml")]);
    }

    #[test]
    fn without_a_home_only_the_system_has_a_configuration() {
        let nobody = Environment::of(NOTHING);
        assert_eq!(default_database(&nobody), None);
        assert_eq!(log_folder(&nobody), None);
        assert_eq!(config_files(&nobody), [Path::new("/etc/callsheet/config.toml")]);
    }

    #[test]
    fn mail_and_themes_lie_beside_their_files() {
        assert_eq!(mail_folder(Path::new("/d/a.db")), Path::new("/d/mail"));
        assert_eq!(mail_folder(Path::new("a.db")), Path::new("mail"));
        assert_eq!(theme_file(Path::new("/c/config.toml"), "sea"), Path::new("/c/themes/sea.toml"));
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = Environment::of([("HOME", "/home/ada")]);
        assert_eq!(expand_home(Path::new("~/a/b"), &home), Path::new("/home/ada/a/b"));
        assert_eq!(expand_home(Path::new("~grace/a"), &home), Path::new("~grace/a"));
        assert_eq!(expand_home(Path::new("~/a"), &Environment::of(NOTHING)), Path::new("~/a"));
    }

    #[test]
    fn the_actor_is_the_user_with_sudo_and_ssh_beside_it() {
        let environment =
            Environment::of([("SUDO_USER", "ada"), ("SSH_CONNECTION", "203.0.113.9 50022 192.0.2.1 22")]);
        let actor = actor_called("root", &environment);
        assert_eq!(actor.user, "root (sudo by ada)");
        assert_eq!(actor.origin.as_deref(), Some("203.0.113.9"));
        assert_eq!(actor_called("ada", &environment).user, "ada");
        assert_eq!(
            actor_called("ada", &Environment::of(NOTHING)),
            Actor { user: "ada".into(), origin: None }
        );
    }

    #[test]
    fn a_forged_variable_says_nothing() {
        for forged in ["a b", "x)\u{1b}[2J", "", "\u{202e}ada", "é", &"a".repeat(65)] {
            let environment = Environment::of([("SUDO_USER", forged), ("SSH_CONNECTION", forged)]);
            assert_eq!(actor_called("ada", &environment), Actor { user: "ada".into(), origin: None });
        }
        let scoped = Environment::of([("SSH_CONNECTION", "fe80::1%eth0 1 fe80::2 22")]);
        assert_eq!(actor_called("ada", &scoped).origin.as_deref(), Some("fe80::1"));
        assert_eq!(actor_called("a\u{1b}", &scoped).user, "a\\u{001B}");
    }

    #[test]
    fn the_running_user_has_a_name() {
        assert!(!actor(&Environment::of(NOTHING)).user.is_empty());
    }
}
