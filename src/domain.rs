//! What things are and what is right. Pure: no clock, no files, no network, no database, no terminal, no random source.
//!
//! It never knows another room, and never trusts a text before one of its parsers has accepted it.

pub mod account;
pub mod bounce;
pub mod brief;
pub mod catalogue;
pub mod character;
pub mod columns;
pub mod contact;
pub mod contact_form;
pub mod delivery;
pub mod email_address;
pub mod email_typo;
pub mod filter;
pub mod fold;
pub mod language;
pub mod moment;
pub mod name;
pub mod nearest;
pub mod notice;
pub mod position;
pub mod printed_text;
pub mod reply;
pub mod retry;
pub mod return_path;
pub mod routing;
pub mod safe_text;
pub mod say;
pub mod subscription;
pub mod system_words;
pub mod timestamp;
pub mod verification;
