//! The screens and the dialogs in front of them: each has its state, what inputs do to it, and its picture. A screen never
//! loads or saves: it says what it wants.

pub mod account_form;
pub mod audience;
pub mod compose;
pub mod confirm;
pub mod contact_choice;
pub mod contact_form;
pub mod contact_types;
pub mod contacts;
pub mod delivery_detail;
pub mod draft_offer;
pub mod export;
pub mod go_to;
pub mod help;
pub mod history;
pub mod history_entry;
pub mod import;
pub mod mail_form;
pub mod matrix;
pub mod outbox;
pub mod palette;
pub mod settings;
pub mod verification;
