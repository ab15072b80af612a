//! The effective values, for `callsheet config`: one line a key, with where the value comes from. No password is among them, and
//! of a command that gives one only the program.

use std::fmt::Display;
use std::path::PathBuf;

use super::{Config, KEYS, Mailbox, Origin, Setting, Theme};
use crate::config::value::short;
use crate::domain::email_address::Smtputf8;
use crate::domain::safe_text::Safe;

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: &'static str,
    /// Safe to show; `None` where nothing is set.
    pub value: Option<String>,
    pub origin: Origin,
}

/// As it can stand in the file.
pub fn mailbox(mailbox: &Mailbox) -> String {
    match &mailbox.name {
        Some(name) => format!("{name} <{}>", mailbox.address),
        None => mailbox.address.to_string(),
    }
}

impl Config {
    /// All keys in the order of the file.
    #[must_use]
    pub fn listing(&self) -> Vec<Listed> {
        KEYS.iter()
            .map(|key| {
                let (value, origin) = self.shown(key.name);
                Listed { key: key.name, value, origin }
            })
            .collect()
    }

    fn shown(&self, key: &str) -> (Option<String>, Origin) {
        let mail = &self.mail;
        let dkim = mail.dkim.as_ref();
        match key {
            "database" => path(&self.database),
            "catalogue" => optional_path(&self.catalogue),
            "mail.from" => optional(&mail.from, mailbox),
            "mail.host" => optional(&mail.host, String::clone),
            "mail.port" => plain(&mail.port),
            "mail.security" => (Some(mail.security.id().to_owned()), mail.security.origin.clone()),
            "mail.username" => optional(&mail.username, String::clone),
            "mail.password_file" => optional_path(&mail.password_file),
            "mail.password_command" => {
                optional(&mail.password_command, |command| format!("{} …", command.program()))
            }
            "mail.ca_file" => optional_path(&mail.ca_file),
            "mail.connections" => plain(&mail.connections),
            "mail.rate_per_second" => plain(&mail.rate_per_second),
            "mail.return_path" => optional(&mail.return_path, ToString::to_string),
            "mail.message_id_domain" => {
                (Some(self.message_id_domain()), mail.message_id_domain.origin.clone())
            }
            "mail.allow_smtputf8" => {
                let is_allowed = *mail.allow_smtputf8 == Smtputf8::Allowed;
                (Some(is_allowed.to_string()), mail.allow_smtputf8.origin.clone())
            }
            "mail.dkim.domain" => dkim.map_or((None, Origin::Default), |dkim| plain(&dkim.domain)),
            "mail.dkim.selector" => dkim.map_or((None, Origin::Default), |dkim| plain(&dkim.selector)),
            "mail.dkim.key_file" => dkim.map_or((None, Origin::Default), |dkim| path(&dkim.key_file)),
            "verification.lifetime" => {
                (Some(short(*self.verification.lifetime)), self.verification.lifetime.origin.clone())
            }
            "verification.daily_limit" => plain(&self.verification.daily_limit),
            "verification.public_url" => optional(&self.verification.public_url, String::clone),
            "serve.listen" => plain(&self.listen),
            "outbox.keep" => (Some(short(*self.keep)), self.keep.origin.clone()),
            "tui.theme" => (Some(theme(&self.tui.theme)), self.tui.theme.origin.clone()),
            "tui.language" => plain(&self.tui.language),
            "tui.mouse" => plain(&self.tui.mouse),
            "tui.marks" => (Some(self.tui.marks.id().to_owned()), self.tui.marks.origin.clone()),
            "log.level" => (Some(self.log_level.id().to_owned()), self.log_level.origin.clone()),
            _ => (None, Origin::Default),
        }
    }
}

fn theme(theme: &Theme) -> String {
    match theme {
        Theme::Dark => "dark".to_owned(),
        Theme::Light => "light".to_owned(),
        Theme::Mono => "mono".to_owned(),
        Theme::Contrast => "contrast".to_owned(),
        Theme::File(path) => {
            path.file_stem().map_or_else(String::new, |name| safe_text(&name.to_string_lossy()))
        }
    }
}

fn plain<T: Display>(setting: &Setting<T>) -> (Option<String>, Origin) {
    (Some(safe_text(&setting.value.to_string())), setting.origin.clone())
}

fn optional<T>(setting: &Setting<Option<T>>, show: impl FnOnce(&T) -> String) -> (Option<String>, Origin) {
    (setting.value.as_ref().map(|value| safe_text(&show(value))), setting.origin.clone())
}

fn path(setting: &Setting<PathBuf>) -> (Option<String>, Origin) {
    (Some(safe_text(&setting.value.to_string_lossy())), setting.origin.clone())
}

fn optional_path(setting: &Setting<Option<PathBuf>>) -> (Option<String>, Origin) {
    optional(setting, |path| path.to_string_lossy().into_owned())
}

fn safe_text(text: &str) -> String {
    Safe(text).to_string()
}
