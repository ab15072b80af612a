//! What can be set about the mail server at the screen, as it is typed, and how it gets into the text of the file: what was not
//! changed stays as it stands there, comments and order too.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{DocumentMut, Item, RawString, Table, TableLike, Value};

use super::Security;

/// The fields of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailField {
    From,
    Host,
    Port,
    Security,
    Username,
    Password,
    CaFile,
    Connections,
    RatePerSecond,
    ReturnPath,
    MessageIdDomain,
    Smtputf8,
    DkimDomain,
    DkimSelector,
    DkimKeyFile,
}

/// The mail server as somebody typed it; an empty text is what is not set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailForm {
    pub from: String,
    pub host: String,
    pub port: String,
    /// None leaves it to host and port.
    pub security: Option<Security>,
    pub username: String,
    /// None keeps the password that there is.
    pub password: Option<TypedPassword>,
    pub ca_file: String,
    pub connections: String,
    pub rate_per_second: String,
    pub return_path: String,
    pub message_id_domain: String,
    /// Whether addresses may have letters outside ASCII before the @.
    pub smtputf8: bool,
    pub dkim_domain: String,
    pub dkim_selector: String,
    pub dkim_key_file: String,
}

/// A password as somebody typed it. Debug output never shows it.
#[derive(Clone)]
pub struct TypedPassword(pub SecretString);

impl fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPassword(…)")
    }
}

impl PartialEq for TypedPassword {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for TypedPassword {}

impl MailField {
    /// All fields, in the order of the form.
    pub const ALL: [Self; 15] = [
        Self::From,
        Self::Host,
        Self::Port,
        Self::Security,
        Self::Username,
        Self::Password,
        Self::CaFile,
        Self::Connections,
        Self::RatePerSecond,
        Self::ReturnPath,
        Self::MessageIdDomain,
        Self::Smtputf8,
        Self::DkimDomain,
        Self::DkimSelector,
        Self::DkimKeyFile,
    ];

    /// The key of the file; of the password the one that names its file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::From => "mail.from",
            Self::Host => "mail.host",
            Self::Port => "mail.port",
            Self::Security => "mail.security",
            Self::Username => "mail.username",
            Self::Password => "mail.password_file",
            Self::CaFile => "mail.ca_file",
            Self::Connections => "mail.connections",
            Self::RatePerSecond => "mail.rate_per_second",
            Self::ReturnPath => "mail.return_path",
            Self::MessageIdDomain => "mail.message_id_domain",
            Self::Smtputf8 => "mail.allow_smtputf8",
            Self::DkimDomain => "mail.dkim.domain",
            Self::DkimSelector => "mail.dkim.selector",
            Self::DkimKeyFile => "mail.dkim.key_file",
        }
    }

    /// The field that a key of the file belongs to, if one does.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        if key == "mail.password_command" {
            return Some(Self::Password);
        }
        Self::ALL.into_iter().find(|field| field.key() == key)
    }

    /// Whether the file has a whole number there.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Port | Self::Connections | Self::RatePerSecond)
    }
}

impl MailForm {
    /// What is typed into a field; none of one that is chosen, ticked or secret.
    #[must_use]
    pub const fn text(&self, field: MailField) -> Option<&String> {
        Some(match field {
            MailField::From => &self.from,
            MailField::Host => &self.host,
            MailField::Port => &self.port,
            MailField::Username => &self.username,
            MailField::CaFile => &self.ca_file,
            MailField::Connections => &self.connections,
            MailField::RatePerSecond => &self.rate_per_second,
            MailField::ReturnPath => &self.return_path,
            MailField::MessageIdDomain => &self.message_id_domain,
            MailField::DkimDomain => &self.dkim_domain,
            MailField::DkimSelector => &self.dkim_selector,
            MailField::DkimKeyFile => &self.dkim_key_file,
            MailField::Security | MailField::Password | MailField::Smtputf8 => return None,
        })
    }

    /// The same, to be typed anew.
    pub const fn text_mut(&mut self, field: MailField) -> Option<&mut String> {
        Some(match field {
            MailField::From => &mut self.from,
            MailField::Host => &mut self.host,
            MailField::Port => &mut self.port,
            MailField::Username => &mut self.username,
            MailField::CaFile => &mut self.ca_file,
            MailField::Connections => &mut self.connections,
            MailField::RatePerSecond => &mut self.rate_per_second,
            MailField::ReturnPath => &mut self.return_path,
            MailField::MessageIdDomain => &mut self.message_id_domain,
            MailField::DkimDomain => &mut self.dkim_domain,
            MailField::DkimSelector => &mut self.dkim_selector,
            MailField::DkimKeyFile => &mut self.dkim_key_file,
            MailField::Security | MailField::Password | MailField::Smtputf8 => return None,
        })
    }

    /// The same without blanks around what is typed.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let mut trimmed = self.clone();
        for field in MailField::ALL {
            if let Some(text) = trimmed.text_mut(field) {
                *text = text.trim().to_owned();
            }
        }
        trimmed
    }

    /// The text of a file with what this form changes about `before`. `password_file` is where the password will be, if that is
    /// to be written too.
    ///
    /// # Errors
    /// If the text is no TOML, or `mail` in it no section.
    pub fn edit(&self, before: &Self, password_file: Option<&str>, text: &str) -> Result<String, String> {
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
        let mail = section(&mut document)?;
        for field in MailField::ALL {
            let (now, then) = (self.text(field), before.text(field));
            let Some(now) = now.filter(|_| now != then) else { continue };
            let value = if field.is_number() {
                now.parse::<i64>().ok().map(Value::from)
            } else {
                (!now.is_empty()).then(|| now.as_str().into())
            };
            let key = field.key().trim_start_matches("mail.");
            match key.strip_prefix("dkim.") {
                Some(key) => put(dkim(mail)?, key, value),
                None => put(mail, key, value),
            }
        }
        let is_left = mail.get("dkim").and_then(Item::as_table_like).is_some_and(|dkim| !dkim.is_empty());
        let was_there = [&before.dkim_domain, &before.dkim_selector, &before.dkim_key_file];
        if !is_left && was_there.iter().any(|text| !text.is_empty()) {
            mail.remove("dkim");
        }
        if self.security != before.security {
            put(mail, "security", self.security.map(|security| security.id().into()));
        }
        if self.smtputf8 != before.smtputf8 {
            put(mail, "allow_smtputf8", Some(self.smtputf8.into()));
        }
        if self.username.is_empty() && self.username != before.username {
            // Both mean nothing, and are refused, where nobody signs in.
            put(mail, "password_file", None);
            put(mail, "password_command", None);
        }
        if let Some(file) = password_file {
            put(mail, "password_file", Some(file.into()));
        }
        Ok(document.to_string())
    }
}

/// The section, made at the end of the file if there is none.
fn section(document: &mut DocumentMut) -> Result<&mut dyn TableLike, String> {
    if !document.contains_key("mail") {
        let mut table = Table::new();
        let comments = document.trailing().as_str().unwrap_or_default().to_owned();
        if !comments.trim().is_empty() {
            // Comments that end the file stay where they are.
            table.decor_mut().set_prefix(format!("{}\n\n", comments.trim_end()));
            document.set_trailing(RawString::default());
        }
        document.insert("mail", Item::Table(table));
    }
    let item = document.get_mut("mail").and_then(Item::as_table_like_mut);
    item.ok_or_else(|| "'mail' is a section, not a key".to_owned())
}

/// The section of the signature, made if there is none.
fn dkim(mail: &mut dyn TableLike) -> Result<&mut dyn TableLike, String> {
    if !mail.contains_key("dkim") {
        mail.insert("dkim", Item::Table(Table::new()));
    }
    let item = mail.get_mut("dkim").and_then(Item::as_table_like_mut);
    item.ok_or_else(|| "'mail.dkim' is a section, not a key".to_owned())
}

/// Sets a key or takes it away. What stands beside the value and above the key is kept.
fn put(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    match (table.get_mut(key).and_then(Item::as_value_mut), value) {
        (Some(old), Some(mut new)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (None, Some(new)) => {
            table.insert(key, Item::Value(new));
        }
        (Some(_), None) => take_away(table, key),
        (None, None) => {}
    }
}

fn take_away(table: &mut dyn TableLike, key: &str) {
    let prefix = table.key(key).and_then(|key| key.leaf_decor().prefix()?.as_str()).unwrap_or_default();
    let comments = if prefix.contains('#') { prefix.to_owned() } else { String::new() };
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let at = keys.iter().position(|one| one == key).unwrap_or_default();
    table.remove(key);
    if comments.is_empty() {
        return;
    }
    if let Some(mut next) = keys.get(at + 1).and_then(|next| table.key_mut(next)) {
        let own = next.leaf_decor().prefix().and_then(RawString::as_str).unwrap_or_default().to_owned();
        next.leaf_decor_mut().set_prefix(format!("{comments}{own}"));
    } else if let Some(last) = at.checked_sub(1).and_then(|last| table.get_mut(&keys[last])?.as_value_mut()) {
        let own = last.decor().suffix().and_then(RawString::as_str).unwrap_or_default().to_owned();
        last.decor_mut().set_suffix(format!("{own}\n{}", comments.trim_end()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Ours.\ndatabase = 'a.db'  # here\n\n[mail]\n# who\nfrom = \"a@example.com\"\n\
                        host = 'mail.example.com' # the relay\nport = 0x19\n# signs in\nusername = 'ada'\n\
                        password_command = ['pass', 'mail']\n\n# the end\n[log]\nlevel = 'warn'\n# last words\n";

    fn before() -> MailForm {
        MailForm {
            from: "a@example.com".to_owned(),
            host: "mail.example.com".to_owned(),
            port: "25".to_owned(),
            username: "ada".to_owned(),
            ..MailForm::default()
        }
    }

    #[test]
    fn what_is_not_changed_stays_as_it_stands() {
        assert_eq!(before().edit(&before(), None, FILE).unwrap(), FILE);
        let after = MailForm { host: "127.0.0.1".to_owned(), ..before() };
        let expected = FILE.replace("'mail.example.com'", "\"127.0.0.1\"");
        assert_eq!(after.edit(&before(), None, FILE).unwrap(), expected);
    }

    #[test]
    fn what_is_new_stands_at_the_end_of_the_section() {
        let after = MailForm { return_path: "b@example.com".to_owned(), smtputf8: true, ..before() };
        let added =
            "return_path = \"b@example.com\"\nallow_smtputf8 = true\npassword_file = \"smtp-password\"\n";
        let expected = FILE.replace("'mail']\n", &format!("'mail']\n{added}"));
        assert_eq!(after.edit(&before(), Some("smtp-password"), FILE).unwrap(), expected);
    }

    #[test]
    fn the_signature_has_a_section_of_its_own() {
        let signed = MailForm {
            dkim_domain: "example.com".to_owned(),
            dkim_selector: "s1".to_owned(),
            dkim_key_file: "dkim.pem".to_owned(),
            connections: "8".to_owned(),
            ..before()
        };
        let section = "[mail.dkim]\ndomain = \"example.com\"\nselector = \"s1\"\nkey_file = \"dkim.pem\"\n";
        let expected = FILE
            .replace("'mail']\n", "'mail']\nconnections = 8\n\n")
            .replace("connections = 8\n\n", &format!("connections = 8\n\n{section}"));
        let written = signed.edit(&before(), None, FILE).unwrap();
        assert_eq!(written, expected);
        let moved = MailForm { dkim_selector: "s2".to_owned(), ..signed.clone() };
        let again = moved.edit(&signed, None, &written).unwrap();
        assert_eq!(again, written.replace("\"s1\"", "\"s2\""));
        assert_eq!(before().edit(&moved, None, &again).unwrap(), FILE);
        for text in
            ["mail = { port = 25 }\n", "mail.port = 25\n", "", "[mail]\ndkim = { domain = 'a' } # x\n"]
        {
            let written = signed.edit(&MailForm::default(), None, text).unwrap();
            let read: toml_edit::DocumentMut = written.parse().unwrap();
            assert_eq!(read["mail"]["dkim"]["selector"].as_str(), Some("s1"), "{written}");
            assert_eq!(read["mail"]["connections"].as_integer(), Some(8), "{written}");
        }
    }

    #[test]
    fn a_key_that_is_taken_away_leaves_its_comment() {
        let after = MailForm { username: String::new(), from: String::new(), ..before() };
        let expected = FILE
            .replace("from = \"a@example.com\"\n", "")
            .replace("username = 'ada'\n", "")
            .replace("password_command = ['pass', 'mail']\n", "");
        assert_eq!(after.edit(&before(), None, FILE).unwrap(), expected);
    }

    #[test]
    fn every_way_to_write_the_section_is_edited() {
        let after = MailForm { port: "26".to_owned(), ..before() };
        for (text, expected) in [
            ("mail.port = 25 # x\nmail.host = 'a'\n", "mail.port = 26 # x\nmail.host = 'a'\n"),
            ("mail = { port = 25, host = 'a' }\n", "mail = { port = 26, host = 'a' }\n"),
            ("", "[mail]\nport = 26\n"),
            ("# Only words.\n", "# Only words.\n\n[mail]\nport = 26\n"),
            ("a = 1\n", "a = 1\n\n[mail]\nport = 26\n"),
            ("[mail.dkim]\ndomain = 'a'\n", "[mail]\nport = 26\n[mail.dkim]\ndomain = 'a'\n"),
        ] {
            assert_eq!(after.edit(&before(), None, text).unwrap(), expected);
        }
        for text in ["mail = 1\n", "[mail\n"] {
            assert!(after.edit(&before(), None, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_typed_password_is_never_shown() {
        let password = Some(TypedPassword(SecretString::from("hunter2")));
        assert!(!format!("{:?}", MailForm { password, ..before() }).contains("hunter"));
    }
}
