//! Pictures of screens: glyphs and roles, at the sizes and in the states that are easily broken.

mod accessible;
mod chinese;
mod compose;
mod confirm;
mod contact_form;
mod contacts;
mod contacts_in_chinese;
mod drafts;
mod exchange;
mod help;
mod history;
mod looks;
mod mail_form;
mod matrix;
mod outbox;
mod settings;
mod themes;
mod verification;
