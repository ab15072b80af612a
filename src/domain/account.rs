//! The account: the organisation a database belongs to.

use super::contact::Status;
use super::language::Language;

/// The longest name, in characters as people count them.
pub const NAME_LIMIT: usize = 60;

/// The organisation, its default recipient and its default language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Empty until it is set.
    pub name: String,
    /// Gets what nobody else would get.
    pub security_email: Option<String>,
    /// Shown, but a fallback goes to the security email whether verified or not.
    pub security_email_status: Option<Status>,
    /// The language that new contacts get.
    pub language: Language,
    /// The first start's questions were answered or skipped.
    pub introduced: bool,
}
