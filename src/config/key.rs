//! The keys of the configuration file: their names, what they mean, and the commented file that explains them all.

use std::fmt::Write as _;

/// A key of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// With its sections, as in `mail.port`.
    pub name: &'static str,
    /// A value as it stands in the file: the default, or where there is none an example.
    pub sample: &'static str,
    /// What it does, in lines of the commented file.
    pub explanation: &'static str,
}

const fn key(name: &'static str, sample: &'static str, explanation: &'static str) -> Key {
    Key { name, sample, explanation }
}

/// All keys, in the order of the commented file; those of one section stand together.
pub const KEYS: [Key; 28] = [
    key(
        "database",
        r#""~/.local/share/callsheet/callsheet.db""#,
        "The database. It and its folder are made when missing. Relative paths start at this file.",
    ),
    key(
        "catalogue",
        r#""message-types.toml""#,
        "Own categories and types, added to those that are built in; none by default.",
    ),
    key(
        "mail.from",
        r#""Example Ltd <notices@example.com>""#,
        "The sender of all mail, an address with or without a name. Required with 'host'.",
    ),
    key(
        "mail.host",
        r#""mail.example.com""#,
        "The mail server that takes all mail. Without it mail is written to files beside the database.",
    ),
    key("mail.port", "587", "Its port: by default 587, 465 with tls, 25 without encryption."),
    key(
        "mail.security",
        r#""starttls""#,
        "How the connection is protected: \"starttls\" (the default), \"tls\" from the first byte (the\n\
         default on port 465), or \"none\" (the default for a server on this machine).",
    ),
    key("mail.username", r#""notices""#, "Who signs in at the server; without it nobody does."),
    key(
        "mail.password_file",
        r#""/etc/callsheet/smtp-password""#,
        "Where the password comes from, the first that is there: $CREDENTIALS_DIRECTORY/smtp-password,\n\
         this file (yours, and readable by nobody else), this command, CALLSHEET_SMTP_PASSWORD.",
    ),
    key(
        "mail.password_command",
        r#"["pass", "show", "mail/notices"]"#,
        "A program and its arguments, without a shell; the first line that it prints is the password.",
    ),
    key(
        "mail.ca_file",
        r#""/etc/callsheet/ca.pem""#,
        "Certificates (PEM) to trust besides those of the system.",
    ),
    key("mail.connections", "4", "How many connections to the server are open at most, 1 to 32."),
    key("mail.rate_per_second", "0", "How many mails are sent in a second at most; 0 is no limit."),
    key(
        "mail.return_path",
        r#""bounces@example.com""#,
        "Where bounces go. Each mail gets an address of its own (bounces+12-…@example.com), by which\n\
         'callsheet receive' knows whose mail came back. By default the address in 'from', and it does not.",
    ),
    key(
        "mail.message_id_domain",
        r#""example.com""#,
        "The right side of every Message-ID; by default the domain of 'from'.",
    ),
    key(
        "mail.allow_smtputf8",
        "false",
        "Whether addresses may have letters outside ASCII before the @. The server must know SMTPUTF8.",
    ),
    key(
        "mail.dkim.domain",
        r#""example.com""#,
        "To sign mail with DKIM, give all three: the signing domain,",
    ),
    key("mail.dkim.selector", r#""s1""#, "the selector in its DNS,"),
    key("mail.dkim.key_file", r#""/etc/callsheet/dkim.pem""#, "and the private key (PEM)."),
    key("verification.lifetime", r#""72h""#, "How long a code counts, from \"10m\" to \"7d\"."),
    key("verification.daily_limit", "100", "How many verification mails are sent in 24 hours at most."),
    key(
        "verification.public_url",
        r#""https://callsheet.example.com""#,
        "Where 'callsheet serve' is reached from outside. Without it mails carry the code only.",
    ),
    key("serve.listen", r#""127.0.0.1:8025""#, "Where 'callsheet serve' listens: an IP address and a port."),
    key(
        "outbox.keep",
        r#""90d""#,
        "How long ended deliveries and notices are kept, from \"1d\" to \"3650d\".",
    ),
    key(
        "tui.theme",
        r#""dark""#,
        "\"dark\", \"light\", \"mono\", \"contrast\", or the name of a file in 'themes' beside this one.",
    ),
    key(
        "tui.language",
        r#""en""#,
        "The language of the screens, \"en\" or \"zh-CN\"; by default that of the system.",
    ),
    key("tui.mouse", "true", "Whether the mouse works. If not, the terminal's own selecting does."),
    key(
        "tui.marks",
        r#""unicode""#,
        "\"unicode\", or \"ascii\" for terminals that draw marks and borders too wide.",
    ),
    key("log.level", r#""info""#, "What is logged: \"error\", \"warn\", \"info\", \"debug\" or \"trace\"."),
];

/// The key of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether keys stand in a section of this name, as in `mail` and `mail.dkim`.
#[must_use]
pub fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// The commented file: every key with what it does, commented out. A line that begins with `#` and no blank is a key.
#[must_use]
pub fn default_file() -> String {
    let mut file = String::from(
        "# The configuration of callsheet. Every key may be left out; the values shown are the defaults, or\n\
         # examples where there is no default. A flag wins over the environment, the environment over this file.\n",
    );
    let mut section = "";
    for key in &KEYS {
        let (own, name) = key.name.rsplit_once('.').unwrap_or(("", key.name));
        file.push('\n');
        if own != section {
            section = own;
            writeln!(file, "[{section}]").expect("writing to a String does not fail");
        }
        for line in key.explanation.lines() {
            writeln!(file, "# {line}").expect("writing to a String does not fail");
        }
        writeln!(file, "#{name} = {}", key.sample).expect("writing to a String does not fail");
    }
    file
}
